import { expect, it } from 'vitest';
import type { CheckTarget } from '../../src/model/checks/checks.ts';
import { ip } from '../../src/net/ip.ts';
import { createProbe } from '../../src/probes/probe-target.ts';
import { runScript } from '../../src/system/programs/run-script.ts';
import { deadline } from './deadline.ts';
import { httpServer, response } from './scripted-server.ts';

const probe = createProbe({
  openPingPort: () => ({ ok: false, error: { step: 'open', code: 'EPERM' } }),
  runScript,
});
const soon = () => deadline(2000);
const address = ip('127.0.0.1');

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
