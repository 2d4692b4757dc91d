// A receive that backtracks without end costs its own check the deadline, and nobody else anything.
import { expect, it } from 'vitest';
import type { CheckTarget } from '../../src/health/target.ts';
import { ip } from '../../src/net/ip.ts';
import { createProbe } from '../../src/probes/probe-target.ts';
import { httpServer, response, tcpServer } from './scripted-server.ts';

const probe = createProbe({ openPingPort: () => ({ ok: false, error: { step: 'open', code: 'EPERM' } }) });
const address = ip('127.0.0.1');
const page = `${'a'.repeat(50)}!`;
const catastrophic = '(a+)+$';
const within = (ms: number) => AbortSignal.timeout(ms);

/** @returns the longest pause of the event loop meanwhile. */
async function pauseDuring(work: () => Promise<void>): Promise<number> {
  let longest = 0;
  let last = performance.now();
  const pulse = setInterval(() => {
    const now = performance.now();
    longest = Math.max(longest, now - last);
    last = now;
  }, 2);
  await work();
  clearInterval(pulse);
  return longest;
}

it('(a+)+$ fails at the deadline of one second, while other checks and the loop go on', async () => {
  const web = await httpServer(() => response('200 OK', page));
  const lines = await tcpServer((socket) => socket.end(`${page}\n`));
  const http = (receive: string): CheckTarget => {
    return {
      kind: 'http',
      scheme: 'http',
      address,
      port: web.port,
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
  const pause = await pauseDuring(async () => {
    const stalling = [probe(http(catastrophic), within(1000)), probe(simple, within(1000))];
    for (let round = 0; round < 4; round++) {
      expect((await probe(http('a+!'), within(900))).outcome).toBe('success');
    }
    for (const { outcome } of await Promise.all(stalling)) expect(outcome).toBe('failure');
  });
  expect(pause).toBeLessThan(150);
});
