import { expect, it } from 'vitest';
import { describeTarget } from '../../../src/model/checks/checks.ts';
import { ip } from '../../../src/net/ip.ts';

const at = { address: ip('192.168.6.2'), port: 99 };
const login = { login: 'check', passwd: 'secret' };

it.each([
  [{ kind: 'smtp', ...at, heloName: 'lvs1' }, 'SMTP on port 99, EHLO lvs1'],
  [{ kind: 'pop', ...at, ...login }, 'POP3 on port 99 as check'],
  [{ kind: 'imap', ...at, ...login, tls: { verify: true } }, 'IMAP over TLS on port 99 as check'],
  [{ kind: 'ftp', ...at, ...login, path: '/x', receive: 'ok' }, 'FTP on port 99 as check, RETR /x for /ok/'],
  [
    { kind: 'smtp', ...at, heloName: 'lvs1', tls: { verify: false, asked: true } },
    'SMTP with STARTTLS on port 99, EHLO lvs1',
  ],
  [{ kind: 'ldap', ...at, base: '', tls: { verify: false } }, 'ldaps port 99 anonymously, entry ""'],
  [{ kind: 'simpletcp', ...at, request: 'a\n' }, '"a\\n" to port 99'],
  [{ kind: 'sip', ...at, transport: 'udp', login: '' }, 'SIP OPTIONS to udp port 99'],
  [{ kind: 'nntp', ...at }, 'NNTP on port 99'],
  [
    {
      kind: 'http',
      ...at,
      scheme: 'https',
      verify: true,
      path: '/x',
      method: 'GET',
      receive: 'ok',
      version: '2',
    },
    'GET https://192.168.6.2:99/x for /ok/ by HTTP/2',
  ],
  [{ kind: 'http-proxy', ...at, url: 'http://a.b/', method: 'HEAD' }, 'HEAD http://a.b/ by proxy port 99'],
  [
    { kind: 'dns', ...at, transport: 'udp', name: '', type: 'SOA', rcodes: ['NOERROR'] },
    'dns SOA . by udp, port 99',
  ],
  [
    {
      kind: 'ldap',
      ...at,
      base: 'dc=a',
      login: { user: 'check', password: 'secret' },
    },
    'ldap port 99 as check, entry "dc=a"',
  ],
  [
    {
      kind: 'sql',
      ...at,
      engine: 'mysql',
      user: 'check',
      password: 'secret',
      database: 'd',
      query: 'SELECT 1',
    },
    'mysql port 99 as check: SELECT 1',
  ],
  [{ kind: 'radius', ...at, user: 'check', password: 'secret', secret: 'secret' }, 'radius port 99 as check'],
  [{ kind: 'grpc', ...at, scheme: 'grpcs', verify: false, service: 'a.B' }, 'grpcs health of "a.B", port 99'],
  [
    { kind: 'udp', ...at, payload: '', requireReply: '', replyBytesMin: 0, replyBytesMax: 9, quietMs: 1 },
    'a datagram to port 99, with a reply',
  ],
  [{ kind: 'connect', ...at }, 'connect to port 99'],
  [{ kind: 'ping', address: at.address, tries: 3, tryTimeoutMs: 1 }, 'ping, 3 time(s)'],
  [{ kind: 'external', command: '/x', arguments: ['1', '2', '3', '4'] }, '/x 1 2 3 4'],
  [{ kind: 'on' }, 'none: always up'],
  [{ kind: 'off' }, 'none: left as it is'],
  [{ kind: 'file', path: '/run/web1' }, 'file /run/web1'],
  [{ kind: 'agent', ...at, request: '' }, 'the agent on port 99'],
] as const)('%j', (target, text) => {
  expect(describeTarget(target)).toBe(text);
  expect(text).not.toContain('secret');
});
