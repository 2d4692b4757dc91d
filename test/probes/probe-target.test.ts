import { describe, expect, it } from 'vitest';
import type { CheckTarget } from '../../src/model/checks/checks.ts';
import { createProbe } from '../../src/probes/probe-target.ts';
import { runScript } from '../../src/system/programs/run-script.ts';
import { closedPort } from './datagram-server.ts';
import { deadline } from './deadline.ts';
import { address } from './dialogues.ts';
import { httpServer, response, tcpServer } from './scripted-server.ts';

const probe = createProbe({
  openPingPort: () => ({ ok: false, error: { step: 'open', code: 'EPERM' } }),
  runScript,
});
const soon = () => deadline(2000);

it('hands each kind of check to its probe', async () => {
  const { port } = await httpServer(() => response('200 OK'));
  const http = {
    kind: 'http',
    scheme: 'http',
    address,
    port,
    path: '/',
    method: 'GET',
    verify: false,
  } as const;
  const cases: readonly [CheckTarget, string][] = [
    [http, 'HTTP 200'],
    [{ kind: 'connect', address, port }, 'connected'],
    [{ kind: 'external', command: '/bin/true', arguments: ['a', 'b', 'c', 'd'] }, 'exit 0'],
    [{ kind: 'ping', address, tries: 1, tryTimeoutMs: 100 }, 'cannot ping: EPERM at: open'],
  ];
  for (const [target, detail] of cases) expect((await probe(target, soon())).detail).toBe(detail);
});

it('on is up; off is never made', async () => {
  expect(await probe({ kind: 'on' }, soon())).toMatchObject({ outcome: 'success' });
  expect(await probe({ kind: 'off' }, soon())).toMatchObject({ outcome: 'unmade' });
});

it('a deadline that comes while the probe is still being loaded is not held against the server', async () => {
  const target = { kind: 'external', command: '/bin/true', arguments: ['a', 'b', 'c', 'd'] } as const;
  expect(await probe(target, AbortSignal.abort())).toMatchObject({ outcome: 'unmade' });
});

describe('each kind of target finds its probe', () => {
  const login = { login: '', passwd: '' };
  const at = { address, port: 0 };
  const targets: readonly (readonly [target: CheckTarget, said: string, detail: string])[] = [
    [{ kind: 'smtp', ...at, heloName: 'x' }, '220 hi\r\n250 hi\r\n', '220 hi'],
    [{ kind: 'pop', ...at, ...login }, '+OK hi\r\n', '+OK hi'],
    [{ kind: 'imap', ...at, ...login }, '* OK hi\r\n', '* OK hi'],
    [{ kind: 'nntp', ...at }, '200 hi\r\n', '200 hi'],
    [{ kind: 'ftp', ...at, ...login, path: '/' }, '220 hi\r\n530 no\r\n', 'USER is answered with 530 no'],
    [{ kind: 'simpletcp', ...at, request: '' }, 'hi\n', 'a line came: hi'],
    [{ kind: 'sip', ...at, transport: 'tcp', login: '' }, 'SIP/2.0 200 OK\r\n\r\n', 'SIP/2.0 200 OK'],
    [{ kind: 'agent', ...at, request: '' }, 'up\n', 'the agent says up'],
  ];
  it.each(targets)('%j', async (target, said, detail) => {
    const server = await tcpServer((socket) => socket.write(said));
    const asked = { ...target, port: server.port } as CheckTarget;
    expect(await probe(asked, soon())).toMatchObject({ detail });
  });
  it('http-proxy', async () => {
    const { port } = await httpServer(() => response('200 OK'));
    const target = {
      kind: 'http-proxy',
      address,
      port,
      url: 'http://www.example.com/',
      method: 'GET',
    } as const;
    expect(await probe(target, soon())).toMatchObject({ detail: 'HTTP 200' });
  });
  it('udp', async () => {
    const port = await closedPort();
    const limits = { replyBytesMin: 0, replyBytesMax: 255, quietMs: 100 };
    expect(await probe({ kind: 'udp', address, port, payload: '', ...limits }, soon())).toMatchObject({
      outcome: 'failure',
    });
  });
  it('file', async () => {
    expect(await probe({ kind: 'file', path: '/nonexistent' }, soon())).toMatchObject({ outcome: 'success' });
  });
  it('with-agent, around any other', async () => {
    const { port } = await tcpServer((socket) => socket.end('20%\n'));
    const agent = { kind: 'agent', address, port, request: '' } as const;
    expect(await probe({ kind: 'with-agent', main: { kind: 'on' }, agent }, soon())).toMatchObject({
      outcome: 'success',
      weightPercent: 20,
    });
  });
});
