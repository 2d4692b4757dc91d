// What is counted of checks, beside what the verdicts make of them.
import { expect, it } from 'vitest';
import { createHealthLoop } from '../../../src/daemon/health/health-loop.ts';
import { aReal, aVirtual } from '../../make/a-virtual.ts';
import { realNamed, serviceNamed } from '../../make/names.ts';
import { createScriptedProbe } from '../../make/scripted-probe.ts';
import { createVirtualTime } from '../../make/virtual-time.ts';

const service = serviceNamed('tcp 192.168.6.240:80');
const real = realNamed('192.168.6.2:80');

function rig() {
  const clock = createVirtualTime();
  const { probe, answerAll } = createScriptedProbe();
  const loop = createHealthLoop({ clock, probe, journal: () => {}, onVerdict: () => {} });
  return { clock, answerAll, loop };
}

it('counts each check by what came of it, for each service that shares it', async () => {
  const { clock, answerAll, loop } = rig();
  const second = aVirtual({ id: { kind: 'fwmark', family: 'inet', fwmark: 1 }, reals: [aReal()] });
  loop.configure([aVirtual({ reals: [aReal()] }), second]);
  // Its first check begins within a second.
  for (const [outcome, ms] of [
    ['success', 5000],
    ['failure', 10_000],
    ['unmade', 10_000],
  ] as const) {
    answerAll(outcome);
    await clock.advance(ms);
  }
  const { results, checkedAt } = loop.factsOf(service, real) ?? expect.fail('no facts');
  expect(results.success + results.failure + results.unmade).toBe(3);
  expect(results).toEqual({ success: 1, failure: 1, unmade: 1 });
  expect(checkedAt).toBeGreaterThan(15_000_000);
  for (const name of [service, serviceNamed('fwmark 1')]) expect(loop.durationsOf(name)?.count).toBe(3);
});

it('a reload that keeps a server keeps its counts, one that drops the service forgets them', async () => {
  const { clock, answerAll, loop } = rig();
  loop.configure([aVirtual({ reals: [aReal()] })]);
  answerAll('success');
  await clock.advance(5000);
  loop.configure([aVirtual({ reals: [aReal()], checkintervalMs: 20_000 })]);
  expect(loop.factsOf(service, real)?.results.success).toBe(1);
  loop.configure([]);
  expect([loop.factsOf(service, real), loop.durationsOf(service)]).toEqual([undefined, undefined]);
});
