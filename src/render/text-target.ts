// What a check of a text protocol asks, in a few words for `check` and `status`.
import type { HttpProxyTarget, TextTarget } from '../model/text-check.ts';

export function formatTextTarget(target: TextTarget | HttpProxyTarget): string {
  const receive = 'receive' in target && target.receive !== undefined ? ` for /${target.receive}/` : '';
  const secure = 'tls' in target && target.tls !== undefined ? ' over TLS' : '';
  const as = 'login' in target && target.login !== '' ? ` as ${target.login}` : '';
  switch (target.kind) {
    case 'smtp':
      return `SMTP on port ${target.port}, EHLO ${target.heloName}`;
    case 'pop':
      return `POP3${secure} on port ${target.port}${as}`;
    case 'imap':
      return `IMAP${secure} on port ${target.port}${as}`;
    case 'nntp':
      return `NNTP on port ${target.port}`;
    case 'ftp':
      return `FTP on port ${target.port}${as}, RETR ${target.path}${receive}`;
    case 'simpletcp':
      return `${JSON.stringify(target.request)} to port ${target.port}${receive}`;
    case 'sip':
      return `SIP OPTIONS to ${target.transport} port ${target.port}${as}`;
    case 'http-proxy':
      return `${target.method} ${target.url} by proxy port ${target.port}${receive}`;
    case 'udp':
      return `a datagram to port ${target.port}${target.requireReply === undefined ? '' : ', with a reply'}`;
    case 'file':
      return `file ${target.path}`;
    case 'agent':
      return `the agent on port ${target.port}`;
  }
}
