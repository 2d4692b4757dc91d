import { expect, it } from 'vitest';
import { ip } from '../../src/net/ip.ts';
import { formatTextTarget } from '../../src/render/text-target.ts';

const at = { address: ip('192.168.6.2'), port: 99 };
const login = { login: 'check', passwd: 'secret' };

it.each([
  [{ kind: 'smtp', ...at, heloName: 'lvs1' }, 'SMTP on port 99, EHLO lvs1'],
  [{ kind: 'pop', ...at, ...login }, 'POP3 on port 99 as check'],
  [{ kind: 'imap', ...at, ...login, tls: { verify: true } }, 'IMAP over TLS on port 99 as check'],
  [{ kind: 'ftp', ...at, ...login, path: '/x', receive: 'ok' }, 'FTP on port 99 as check, RETR /x for /ok/'],
  [{ kind: 'simpletcp', ...at, request: 'a\n' }, '"a\\n" to port 99'],
  [{ kind: 'sip', ...at, transport: 'udp', login: '' }, 'SIP OPTIONS to udp port 99'],
  [{ kind: 'file', path: '/run/web1' }, 'file /run/web1'],
  [{ kind: 'agent', ...at, request: '' }, 'the agent on port 99'],
] as const)('%j', (target, text) => {
  expect(formatTextTarget(target)).toBe(text);
  expect(text).not.toContain('secret');
});
