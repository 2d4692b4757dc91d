// A server that never comes to the point: whatever part of its answer is endless, the check ends early or at its
// deadline, and neither memory nor time is spent on it for longer.
import type { Socket } from 'node:net';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CheckTarget } from '../../src/model/checks/checks.ts';
import { ip } from '../../src/net/ip.ts';
import { createProbe } from '../../src/probes/probe-target.ts';
import { deadline } from './deadline.ts';
import { checkOf, sendForEver } from './faulty-server.ts';
import { tcpServer } from './scripted-server.ts';

const probe = createProbe({ openPingPort: () => ({ ok: false, error: { step: 'open', code: 'EPERM' } }) });
const address = ip('127.0.0.1');
const login = { login: 'check', passwd: 'secret' };
const sql = { user: 'a', password: 'b', database: '', query: 'x' };
const http = { kind: 'http', scheme: 'http', address, path: '/', method: 'GET', verify: false } as const;

const kinds: Readonly<Record<string, (port: number) => CheckTarget>> = {
  http: (port) => ({ ...http, port, receive: 'never' }),
  'http digest': (port) => ({ ...http, port, digest: '0'.repeat(32) }),
  http2: (port) => ({ ...http, port, version: '2' }),
  grpc: (port) => ({ kind: 'grpc', scheme: 'grpc', address, port, verify: false, service: '' }),
  dns: (port) => ({
    kind: 'dns',
    address,
    port,
    transport: 'tcp',
    name: 'x',
    type: 'A',
    rcodes: ['NOERROR'],
  }),
  ldap: (port) => ({ kind: 'ldap', address, port, base: '' }),
  smtp: (port) => ({ kind: 'smtp', address, port, heloName: 'x' }),
  imap: (port) => ({ kind: 'imap', address, port, ...login }),
  pop: (port) => ({ kind: 'pop', address, port, ...login }),
  nntp: (port) => ({ kind: 'nntp', address, port }),
  ftp: (port) => ({ kind: 'ftp', address, port, ...login, path: '/x', receive: 'x' }),
  'http proxy': (port) => ({
    kind: 'http-proxy',
    address,
    port,
    url: 'http://x/',
    method: 'GET',
    receive: 'x',
  }),
  sip: (port) => ({ kind: 'sip', address, port, transport: 'tcp', login: '' }),
  agent: (port) => ({ kind: 'agent', address, port, request: '' }),
  simpletcp: (port) => ({ kind: 'simpletcp', address, port, request: 'x', receive: 'never' }),
  mysql: (port) => ({ kind: 'sql', engine: 'mysql', address, port, ...sql }),
  pgsql: (port) => ({ kind: 'sql', engine: 'pgsql', address, port, ...sql }),
};

/** What is said first, and what then again and again. */
const endless: Readonly<Record<string, readonly [first: string, again: string]>> = {
  'interim answers': ['', 'HTTP/1.1 100 Continue\r\n\r\n'],
  headers: ['HTTP/1.1 200 OK\r\n', 'x-header: value\r\n'],
  'one header': ['HTTP/1.1 200 OK\r\nx: ', 'value'],
  'a reason': ['HTTP/1.1 200 ', 'OK'],
  'a chunk extension': ['HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1;', 'extension'],
  'small chunks': ['HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n', '1\r\nx\r\n'],
  trailers: ['HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n', 'x-trailer: value\r\n'],
  'http2 settings': ['', '\0\0\0\x04\0\0\0\0\0'],
  'http2 pings': ['\0\0\0\x04\0\0\0\0\0', '\0\0\x08\x06\0\0\0\0\0abcdefgh'],
  'http2 headers': ['\0\0\0\x04\0\0\0\0\0\0\0\x01\x01\0\0\0\0\x01\x88', '\0\0\x04\x09\0\0\0\0\x01\0\x01a\0'],
  'dialogue lines': ['', '220-more\r\n'],
  'untagged lines': ['* OK\r\n', '* more\r\n'],
  goodness: ['', '+OK\r\n'],
  digits: ['', '1'],
  newlines: ['', '\n'],
  zeros: ['', '\0'],
};

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

/** Bytes that something still holds; how much garbage a process lets lie differs from one V8 to the next. */
function kept(): number {
  collectGarbage();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

let base: number;
beforeAll(async () => {
  // Loads every probe first: their code is not what is measured.
  for (const target of Object.values(kinds)) await probe(target(1), deadline(2000));
  base = kept();
});
afterAll(() => expect(kept() - base).toBeLessThan(64 * 2 ** 20));

describe.each(Object.entries(kinds))('a %s check', (kind, targetOf) => {
  it.each(Object.entries(endless))('of endless %s', async (_, [first, again]) => {
    let taken = 0;
    const server = await tcpServer((socket: Socket) => {
      socket.on('close', () => {
        taken += socket.bytesWritten - socket.writableLength;
      });
      socket.write(first, 'latin1');
      sendForEver(socket, Buffer.from(again.repeat(Math.ceil(8192 / again.length)), 'latin1'));
    });
    const result = await checkOf(server, (signal) => probe(targetOf(server.port), signal));
    expect(result.detail.length).toBeLessThan(400);
    // What it read, and what was on its way in the buffers of two sockets.
    expect(taken).toBeLessThan((kind === 'http digest' ? 32 : 4) * 2 ** 20 + 12 * 2 ** 20);
  });
});
