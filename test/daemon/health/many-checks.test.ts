// The health loop with many services: what they share, and what is said when there are more checks than places.
import { expect, it } from 'vitest';
import { createHealthLoop } from '../../../src/daemon/health/health-loop.ts';
import type { JournalEvent } from '../../../src/journal/event.ts';
import { ip } from '../../../src/net/ip.ts';
import { aReal, aVirtual } from '../../make/a-virtual.ts';
import { createScriptedProbe } from '../../make/scripted-probe.ts';
import { createVirtualTime } from '../../make/virtual-time.ts';

function rig(concurrency = 1000) {
  const clock = createVirtualTime();
  const { probe, asked, answerAll } = createScriptedProbe();
  const events: JournalEvent[] = [];
  const verdicts = new Map<string, string>();
  let inMaintenance = false;
  const loop = createHealthLoop({
    ...{ clock, probe, concurrency },
    journal: (event) => events.push(event),
    onVerdict: ({ service, verdict }) => verdicts.set(service, verdict),
    inMaintenance: () => inMaintenance,
  });
  const maintain = (is: boolean) => {
    inMaintenance = is;
  };
  return { loop, asked, answerAll, advance: clock.advance, events, verdicts, maintain };
}

const serviceOf = (fwmark: number) =>
  aVirtual({ id: { kind: 'fwmark', family: 'inet', fwmark }, checkintervalMs: 1000, reals: [aReal()] });
const manyServices = Array.from({ length: 1000 }, (_, i) => serviceOf(i + 1));

it('1,000 services that share a server cost one check an interval, and each hears its result', async () => {
  const { loop, asked, answerAll, advance, verdicts } = rig();
  loop.configure(manyServices);
  expect(loop.activity().checks).toBe(1);
  answerAll('success');
  for (let step = 0; step < 100; step += 1) await advance(100);
  expect(asked.length).toBeGreaterThanOrEqual(9);
  expect(asked.length).toBeLessThanOrEqual(11);
  answerAll('failure');
  for (let step = 0; step < 11; step += 1) await advance(100);
  expect(verdicts.size).toBe(1000);
  expect(new Set(verdicts.values())).toEqual(new Set(['down']));
});

it('a service that comes in on a check that others have hears at once what it said last', async () => {
  const { loop, asked, answerAll, advance, verdicts } = rig();
  answerAll('success');
  loop.configure([serviceOf(1)]);
  await advance(1000);
  const { length } = asked;
  loop.configure([serviceOf(1), serviceOf(2)]);
  expect(asked).toHaveLength(length);
  expect(verdicts.get('fwmark 2')).toBe('up');
  await loop.firstResults();
  answerAll('failure');
  await advance(1100);
  loop.configure([serviceOf(1), serviceOf(2), serviceOf(3)]);
  expect(verdicts.get('fwmark 3')).toBe('down');
});

it('but not where it is in maintenance', async () => {
  const { loop, answerAll, advance, verdicts, maintain } = rig();
  answerAll('success');
  loop.configure([serviceOf(1)]);
  await advance(1000);
  maintain(true);
  loop.configure([serviceOf(1), serviceOf(2)]);
  expect(verdicts.get('fwmark 2')).toBe('down');
  maintain(false);
  await advance(1100);
  expect(verdicts.get('fwmark 2')).toBe('up');
});

const reals = (count: number) =>
  aVirtual({ reals: Array.from({ length: count }, (_, i) => aReal({ address: ip(`10.0.0.${i + 1}`) })) });

it('more checks than may be under way at once are told of', () => {
  const { loop, events } = rig(3);
  loop.configure([reals(4)]);
  expect(events).toEqual([{ event: 'checks.crowded', checks: 4, places: 3 }]);
});

it('as many checks as may be under way at once are not', () => {
  const { loop, events } = rig(3);
  loop.configure([reals(3)]);
  expect(events).toEqual([]);
});
