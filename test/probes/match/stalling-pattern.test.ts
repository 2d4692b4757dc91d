// A receive that backtracks without end costs its own check the deadline, and nobody else anything.
import { expect, it } from 'vitest';
import type { CheckTarget } from '../../../src/model/checks/checks.ts';
import { ip } from '../../../src/net/ip.ts';
import { createProbe } from '../../../src/probes/probe-target.ts';
import { httpServer, response, tcpServer } from '../scripted-server.ts';

const probe = createProbe({ openPingPort: () => ({ ok: false, error: { step: 'open', code: 'EPERM' } }) });
const address = ip('127.0.0.1');
const page = `${'a'.repeat(50)}!`;
/** Beyond the engine of linear time. */
const catastrophic = '(?=a)(a+)+$';
const within = (ms: number) => AbortSignal.timeout(ms);

it('a receive without end fails by its name, while other checks with the same one and the loop go on', async () => {
  const web = await httpServer(() => response('200 OK', page));
  const other = await httpServer(() => response('200 OK', 'aaa'));
  const lines = await tcpServer((socket) => socket.end(`${page}\n`));
  const http = (receive: string, port = web.port): CheckTarget => {
    return {
      kind: 'http',
      scheme: 'http',
      address,
      port,
      path: '/',
      method: 'GET',
      verify: false,
      receive,
    };
  };
  const simple = {
    kind: 'simpletcp',
    address,
    port: lines.port,
    request: '',
    receive: catastrophic,
  } as const;
  for (const target of [http('a+!'), { ...simple, receive: 'a+!' }]) {
    expect((await probe(target, within(5000))).outcome).toBe('success');
  }
  // The deadlines are the matching's own: nobody here depends on how fast the machine is.
  const stalling = [probe(http(catastrophic), within(30_000)), probe(simple, within(30_000))];
  for (let round = 0; round < 4; round++) {
    expect((await probe(http('a+!'), within(30_000))).outcome).toBe('success');
    const same = await probe(http(catastrophic, other.port), within(30_000));
    expect(same).toMatchObject({ outcome: 'success', detail: 'HTTP 200, receive matches' });
  }
  for (const { outcome, detail } of await Promise.all(stalling)) {
    expect([outcome, detail]).toEqual([
      'failure',
      expect.stringContaining('receive takes too long to match'),
    ]);
  }
});
