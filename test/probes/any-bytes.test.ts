// Whatever a server says, in whatever pieces, and however it ends: each check over TCP settles in time, without a throw
// anywhere, and lets go of its connections.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { CheckTarget } from '../../src/model/checks/checks.ts';
import { createProbe } from '../../src/probes/probe-target.ts';
import { budgetOf, patienceMs } from '../fuzz/budget.ts';
import { deadline, promptly } from './deadline.ts';
import { address } from './dialogues.ts';
import { type ScriptedServer, tcpServer } from './scripted-server.ts';

const probe = createProbe({ openPingPort: () => ({ ok: false, error: { step: 'open', code: 'EPERM' } }) });
const login = { login: 'check', passwd: 'secret' };
const at = { address, port: 0 };

const targets: readonly CheckTarget[] = [
  { kind: 'smtp', ...at, heloName: 'x' },
  { kind: 'pop', ...at, ...login },
  { kind: 'imap', ...at, ...login },
  { kind: 'nntp', ...at },
  { kind: 'ftp', ...at, ...login, path: '/x', receive: 'a+b' },
  { kind: 'simpletcp', ...at, request: 'x', receive: 'ab' },
  { kind: 'sip', ...at, transport: 'tcp', login: '' },
  { kind: 'agent', ...at, request: '' },
  { kind: 'http-proxy', ...at, url: 'http://x/', method: 'GET', receive: 'ab' },
  { kind: 'http', scheme: 'http', ...at, path: '/', method: 'GET', verify: false, receive: 'ab' },
  { kind: 'http', scheme: 'http', ...at, path: '/', method: 'GET', verify: false, version: '2' },
  { kind: 'grpc', scheme: 'grpc', ...at, verify: false, service: '' },
  { kind: 'dns', ...at, transport: 'tcp', name: 'x', type: 'A', rcodes: ['NOERROR'] },
  { kind: 'ldap', ...at, base: '' },
  { kind: 'sql', engine: 'mysql', ...at, user: 'a', password: 'b', database: '', query: 'x' },
  { kind: 'sql', engine: 'pgsql', ...at, user: 'a', password: 'b', database: '', query: 'x' },
];

/** Pieces that lead deeper into some dialogue, and pieces that do not. */
const words = [
  ...['220 ', '220-', '250 ', '250-', '331 ', '230 ', '200 ', '150 ', '226 ', '502 ', '1', '999'],
  ...['227 (127,0,0,1,0,9)', '229 (|||9|)', '227 (', ',1,1'],
  ...['+OK', '-ERR', '* OK ', '* PREAUTH', '* BYE', 'a1 OK', 'a1 NO', '* '],
  ...['SIP/2.0 200 OK', 'SIP/2.0 100 T', 'HTTP/1.1 200 OK\r\n', 'Content-Length: 3\r\n\r\nab', '\r\n\r\n'],
  ...[
    '\0\0\0\x04\0\0\0\0\0',
    '\0\0\x01\x01\x05\0\0\0\x01\x88',
    '\0\x0c\0\0\x81\x80\0\x01\0\0',
    '0\x0c\x02\x01\x01a\x07',
  ],
  ...[
    'R\0\0\0\x08\0\0\0\0',
    'Z\0\0\0\x05I',
    'D\0\0\0\x0b\0\x01\0\0\0\x011',
    'J\0\0\0\x0a8.0\0',
    '\x07\0\0\x02\0\0\0',
  ],
  ...['up', 'drain', '50%', '#', 'ab', '\r\n', '\n', '\r', '\0', ' ', 'x'.repeat(9000)],
];
const piece = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(...words).map((word) => Buffer.from(word, 'latin1')) },
  { weight: 2, arbitrary: fc.constantFrom(...words).map((word) => Buffer.from(`${word}\r\n`)) },
  { weight: 1, arbitrary: fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes)) },
);
const speech = fc.record({
  pieces: fc.array(piece, { maxLength: 12 }),
  ending: fc.constantFrom('close', 'reset', 'after an answer'),
});

describe.each(targets)('a $kind check', (target) => {
  it(
    'ends, whatever the server says',
    async () => {
      let spoken: { readonly pieces: readonly Buffer[]; readonly ending: string } | undefined;
      const server: ScriptedServer = await tcpServer((socket) => {
        for (const each of spoken?.pieces ?? []) socket.write(each);
        if (spoken?.ending === 'close') socket.end();
        else if (spoken?.ending === 'reset') setImmediate(() => socket.resetAndDestroy());
        else socket.once('data', () => socket.end());
      });
      await probe({ ...target, port: 1 } as CheckTarget, deadline(10_000)); // loads it
      await fc.assert(
        fc.asyncProperty(speech, async (next) => {
          spoken = next;
          const place = { ...target, port: server.port } as CheckTarget;
          const result = await promptly(150, (signal) => probe(place, signal));
          expect(result.outcome).toMatch(/^(success|failure)$/);
          expect(result.detail.length).toBeLessThan(400);
          await server.allClosed();
        }),
        budgetOf(60, targets.length),
      );
    },
    patienceMs(targets.length),
  );
});
