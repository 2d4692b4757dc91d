// Without a file descriptor to spare no check can be made: each kind says so, and blames no server for it. The limit is
// this very process's own, lowered for a moment.
import { closeSync, openSync, readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { afterEach, describe, expect, it } from 'vitest';
import type { CheckTarget } from '../../src/model/checks/checks.ts';
import { ip } from '../../src/net/ip.ts';
import { createProbe } from '../../src/probes/probe-target.ts';
import { systemClock } from '../../src/system/clock.ts';
import { runScript } from '../../src/system/programs/run-script.ts';
import { openIcmpSocket } from '../../src/system/sockets/icmp-socket.ts';

const probe = createProbe({ openPingPort: (family) => openIcmpSocket(family, systemClock), runScript });
const place = { address: ip('127.0.0.1'), port: 9 } as const;
const login = { login: 'check', passwd: 'secret' };
const http = { kind: 'http', ...place, path: '/', method: 'GET', verify: false } as const;
const sql = { kind: 'sql', ...place, user: 'a', password: 'b', database: '', query: 'x' } as const;

const external = { kind: 'external', command: '/bin/true', arguments: ['', '', '', ''] } as const;

const targets: Readonly<Record<string, CheckTarget>> = {
  connect: { kind: 'connect', ...place },
  http: { ...http, scheme: 'http' },
  https: { ...http, scheme: 'https' },
  http2: { ...http, scheme: 'http', version: '2' },
  grpc: { kind: 'grpc', scheme: 'grpc', ...place, verify: false, service: '' },
  'dns over UDP': { kind: 'dns', ...place, transport: 'udp', name: 'x', type: 'A', rcodes: ['NOERROR'] },
  'dns over TCP': { kind: 'dns', ...place, transport: 'tcp', name: 'x', type: 'A', rcodes: ['NOERROR'] },
  ldap: { kind: 'ldap', ...place, base: '' },
  mysql: { ...sql, engine: 'mysql' },
  pgsql: { ...sql, engine: 'pgsql' },
  radius: { kind: 'radius', ...place, user: 'a', password: 'b', secret: 'c' },
  smtp: { kind: 'smtp', ...place, heloName: 'x' },
  pop: { kind: 'pop', ...place, ...login },
  imap: { kind: 'imap', ...place, ...login },
  nntp: { kind: 'nntp', ...place },
  ftp: { kind: 'ftp', ...place, ...login, path: '/x', receive: 'x' },
  'sip over UDP': { kind: 'sip', ...place, transport: 'udp', login: '' },
  'sip over TCP': { kind: 'sip', ...place, transport: 'tcp', login: '' },
  udp: { kind: 'udp', ...place, payload: '', replyBytesMin: 0, replyBytesMax: 255, quietMs: 100 },
  simpletcp: { kind: 'simpletcp', ...place, request: 'x', receive: 'x' },
  'http proxy': { kind: 'http-proxy', ...place, url: 'http://x/', method: 'GET', receive: 'x' },
  file: { kind: 'file', path: '/proc/self/stat' },
  ping: { kind: 'ping', address: place.address, tries: 1, tryTimeoutMs: 200 },
  'external, as another user': { ...external, user: 'daemon' },
  external,
};

const RLIMIT_NOFILE = 7;
const koffi = createRequire(import.meta.url)('koffi') as typeof import('koffi');
const libc = koffi.load(null);
const getLimit = libc.func('int getrlimit(int, void *)') as (what: number, limit: Uint8Array) => number;
const setLimit = libc.func('int setrlimit(int, const void *)') as (what: number, limit: Uint8Array) => number;
const usual = new BigUint64Array(2);
getLimit(RLIMIT_NOFILE, new Uint8Array(usual.buffer));
const limitTo = (soft: bigint) =>
  setLimit(RLIMIT_NOFILE, new Uint8Array(BigUint64Array.of(soft, usual[1] ?? soft).buffer));

afterEach(() => limitTo(usual[0] ?? 1024n));

describe.each(Object.entries(targets))('a check by %s', (_, target) => {
  it('that no descriptor is left for is not made', async () => {
    await probe(target, AbortSignal.timeout(60_000)); // loads what it needs
    const held: number[] = [];
    limitTo(BigInt(readdirSync('/proc/self/fd').length + 8));
    for (;;) {
      try {
        held.push(openSync('/dev/null', 'r'));
      } catch {
        break;
      }
    }
    const result = await probe(target, AbortSignal.timeout(10_000));
    limitTo(usual[0] ?? 1024n);
    for (const fd of held) closeSync(fd);
    expect(result).toMatchObject({
      outcome: 'unmade',
      detail: expect.stringMatching(/EMFILE|Too many open files/i),
    });
  });
});
