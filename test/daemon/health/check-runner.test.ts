import { createSocket } from 'node:dgram';
import { describe, expect, it, vi } from 'vitest';
import { createCheckRunner } from '../../../src/daemon/health/check-runner.ts';
import { type CheckPlan, checkPlanOf } from '../../../src/health/checks/plan.ts';
import { phaseOf } from '../../../src/health/schedule.ts';
import type { JournalEvent } from '../../../src/journal/event.ts';
import type { ProbeResult } from '../../../src/model/probe-result.ts';
import { shown } from '../../../src/net/shown.ts';
import { systemClock } from '../../../src/system/clock.ts';
import { aReal, aVirtual } from '../../make/a-virtual.ts';
import { createScriptedProbe } from '../../make/scripted-probe.ts';
import { createVirtualTime } from '../../make/virtual-time.ts';

const negotiate = checkPlanOf(aVirtual({ negotiatetimeoutMs: 3000 }), aReal());
const intervalMs = 5000;

type Options = {
  concurrency?: number;
  mayStart?: (key: string) => boolean;
  isFailing?: (key: string) => boolean;
};

function rig(options: Options = {}) {
  const clock = createVirtualTime();
  const scripted = createScriptedProbe();
  const results: (ProbeResult & { key: string; atMs: number })[] = [];
  const events: JournalEvent[] = [];
  const begun = clock.now();
  const nowMs = () => (clock.now() - begun) / 1000;
  const runner = createCheckRunner({
    clock,
    probe: scripted.probe,
    journal: (event) => events.push(event),
    concurrency: options.concurrency ?? 1000,
    mayStart: options.mayStart ?? (() => true),
    isFailing: options.isFailing ?? (() => false),
    onResult: (key, { result }) => results.push({ key, atMs: nowMs(), ...result }),
  });
  return {
    ...scripted,
    runner,
    results,
    events,
    nowMs,
    advance: clock.advance,
    standStill: clock.stall,
    add: (key: string, plan: CheckPlan = negotiate, everyMs = intervalMs) => runner.add(key, plan, everyMs),
  };
}

describe('starts', () => {
  it('come within the first second, then at a fixed rate however long the answers take', async () => {
    const { add, asked, advance, nowMs } = rig();
    const startedMs: number[] = [];
    add('a');
    for (let seen = 0; nowMs() < 60_000; ) {
      await advance(10);
      for (; seen < asked.length; seen++) startedMs.push(nowMs());
      asked[seen - 1]?.answer('success');
    }
    const firstMs = phaseOf('a') * 1000;
    expect(startedMs[0]).toBeGreaterThanOrEqual(firstMs);
    expect(startedMs[0]).toBeLessThanOrEqual(firstMs + 10);
    const gaps = startedMs.slice(2).map((at, index) => at - (startedMs[index + 1] ?? 0));
    expect(new Set(gaps)).toEqual(new Set([intervalMs]));
  });
  it('of what asks nothing come at once', async () => {
    const { add, results, answerAll, advance } = rig();
    answerAll('success');
    add('a', checkPlanOf(aVirtual({ service: 'none' }), aReal()));
    await advance(1);
    expect(results).toHaveLength(1);
  });
  it('are left out while the check before is under way, and counted', async () => {
    const { add, asked, advance, runner } = rig();
    add('a', checkPlanOf(aVirtual({ negotiatetimeoutMs: 60_000 }), aReal()));
    await advance(4 * intervalMs);
    expect(asked).toHaveLength(1);
    expect(runner.statistics('a')?.skipped).toBeGreaterThanOrEqual(2);
    asked[0]?.answer('success');
    await advance(intervalMs);
    expect(asked).toHaveLength(2);
  });
  it('are left out when they may not be made', async () => {
    const { add, asked, advance } = rig({ mayStart: (key) => key === 'b' });
    add('a');
    add('b');
    await advance(1000);
    expect(asked).toHaveLength(1);
  });
});

it('starts that may not be made are not missed', async () => {
  let isHeld = false;
  const { add, advance, runner } = rig({ mayStart: () => !isHeld });
  add('a', checkPlanOf(aVirtual({ negotiatetimeoutMs: 60_000 }), aReal()));
  await advance(1000);
  isHeld = true;
  await advance(4 * intervalMs);
  expect(runner.statistics('a')?.skipped).toBe(0);
});

describe('the deadline', () => {
  it('ends a check that does not answer, and aborts its probe', async () => {
    const { add, asked, advance, results, nowMs } = rig();
    add('a');
    await advance(1000);
    const startedMs = phaseOf('a') * 1000;
    await advance(3200);
    expect(results).toEqual([
      { key: 'a', outcome: 'failure', detail: 'no answer within 3000 ms', atMs: expect.any(Number) },
    ]);
    expect(results[0]?.atMs).toBeLessThanOrEqual(startedMs + 3100 + 1);
    expect(asked[0]?.signal.aborted).toBe(true);
    asked[0]?.answer('success'); // too late
    await advance(1);
    expect(results).toHaveLength(1);
    expect(nowMs()).toBeLessThan(intervalMs);
  });
  it('lets an aborted probe say what it waited for', async () => {
    const { add, asked, advance, results } = rig();
    add('a');
    await advance(1000);
    asked[0]?.signal.addEventListener('abort', () => asked[0]?.answer('failure', 'silent'));
    await advance(3000);
    expect(results).toMatchObject([{ outcome: 'failure', detail: 'silent' }]);
  });
  it('is believed only when the sockets were read once more: the answer may lie there', async () => {
    const time = createVirtualTime();
    const polls: (() => void)[] = [];
    const { probe, asked } = createScriptedProbe();
    const results: ProbeResult[] = [];
    const runner = createCheckRunner({
      clock: { ...time, afterPoll: (callback) => void polls.push(callback) },
      ...{ probe, concurrency: 1, mayStart: () => true, journal: () => {} },
      onResult: (_, { result }) => results.push(result),
      isFailing: () => false,
    });
    runner.add('a', negotiate, intervalMs);
    await time.advance(4500);
    asked[0]?.answer('success');
    await time.advance(0);
    for (const callback of polls.splice(0)) callback();
    await time.advance(200);
    expect(results).toMatchObject([{ outcome: 'success' }]);
    expect(asked[0]?.signal.aborted).toBe(false);
  });
  it('that fires late, because the process stood still, gives the server the lost time again', async () => {
    const { add, asked, advance, results, standStill } = rig();
    add('a');
    await advance(1000);
    standStill(2000);
    await advance(2100);
    expect(results).toEqual([]);
    asked[0]?.answer('success');
    await advance(1);
    expect(results).toMatchObject([{ outcome: 'success' }]);
  });
  it('that fired late still ends the check, at most once over', async () => {
    const { add, advance, results, standStill } = rig();
    add('a');
    await advance(1000);
    standStill(1_000_000);
    await advance(6200);
    expect(results).toMatchObject([{ outcome: 'failure' }]);
  });
  it('is not waited for when the probe breaks', async () => {
    const clock = createVirtualTime();
    const results: ProbeResult[] = [];
    const runner = createCheckRunner({
      clock,
      probe: () => {
        throw new Error('bug');
      },
      journal: () => {},
      concurrency: 1,
      mayStart: () => true,
      onResult: (_, { result }) => results.push(result),
      isFailing: () => false,
    });
    runner.add('a', negotiate, intervalMs);
    await clock.advance(1000);
    expect(results).toEqual([{ outcome: 'unmade', detail: 'probe broke: Error: bug' }]);
  });
});

describe('many checks', () => {
  it('run no more at once than allowed; the others wait their turn, and how long is known', async () => {
    const { add, asked, advance, runner } = rig({ concurrency: 2 });
    const keys = ['a', 'b', 'c', 'd', 'e'];
    for (const key of keys) add(key);
    await advance(1500);
    expect(asked).toHaveLength(2);
    for (const one of [...asked]) one.answer('success');
    await advance(1);
    expect(asked).toHaveLength(4);
    for (const one of asked.slice(2)) one.answer('success');
    await advance(1);
    expect(asked).toHaveLength(5);
    asked[4]?.answer('success');
    await advance(1);
    const order = keys.toSorted((a, b) => phaseOf(a) - phaseOf(b));
    const latenesses = order.map((key) => runner.statistics(key)?.latenessMs ?? -1);
    expect(latenesses.slice(0, 2)).toEqual([0, 0]);
    expect(Math.min(...latenesses.slice(2))).toBeGreaterThan(400);
  });
  it('all get their turn, also where there are far more than may run: none starves', async () => {
    const { add, asked, advance, results } = rig({ concurrency: 3 });
    for (let index = 0; index < 30; index++) add(`check ${index}`);
    for (let step = 0; step < 200; step++) {
      for (const one of asked) one.answer('success');
      await advance(50);
    }
    const counts = Array.from(
      { length: 30 },
      (_, i) => results.filter(({ key }) => key === `check ${i}`).length,
    );
    expect(Math.min(...counts)).toBeGreaterThanOrEqual(2);
  });
});

describe('a check that is removed', () => {
  it('is aborted, tells no result, and frees its place', async () => {
    const { add, asked, advance, results, runner } = rig({ concurrency: 1 });
    add('a');
    await advance(1000);
    add('b');
    await advance(1000);
    runner.remove('a');
    expect(asked[0]?.signal.aborted).toBe(true);
    await advance(0);
    expect(asked).toHaveLength(2);
    asked[0]?.answer('failure');
    asked[1]?.answer('success');
    await advance(1);
    expect(results).toMatchObject([{ key: 'b', outcome: 'success' }]);
  });
  it('starts no more; nor does anything after stop', async () => {
    const { add, asked, answerAll, advance, runner } = rig();
    answerAll('success');
    add('a');
    add('b');
    await advance(1000);
    runner.remove('a');
    await advance(10 * intervalMs);
    expect(asked.length).toBeGreaterThan(9);
    expect(asked.length).toBeLessThan(14);
    runner.stop();
    const { length } = asked;
    await advance(10 * intervalMs);
    expect(asked).toHaveLength(length);
  });
});

it('checktype N: the connects come between', async () => {
  const { add, asked, answerAll, advance } = rig();
  answerAll('success');
  add('a', checkPlanOf(aVirtual({ checktype: { kind: 'combined', connects: 2 } }), aReal()));
  await advance(6 * intervalMs);
  expect(asked.map(({ target }) => target.kind).slice(0, 5)).toEqual([
    'http',
    'connect',
    'connect',
    'http',
    'connect',
  ]);
});

it('tells how many checks there are, under way and waiting for a place, and how late they began', async () => {
  const { add, asked, advance, runner } = rig({ concurrency: 1 });
  add('a');
  add('b');
  await advance(1000);
  expect(runner.activity()).toMatchObject({ checks: 2, underWay: 1, waiting: 1, places: 1 });
  await advance(400);
  asked[0]?.answer('success');
  await advance(1);
  const { underWay, waiting, lateness } = runner.activity();
  expect({ underWay, waiting }).toEqual({ underWay: 1, waiting: 0 });
  asked[1]?.answer('success');
  await advance(1);
  expect(runner.activity().underWay).toBe(0);
  expect(lateness.count).toBe(2);
  expect(lateness.maxMs).toBeGreaterThanOrEqual(400);
});

describe('where there is more to do than can be done', () => {
  /** So many checks of a second each, every one of which takes a quarter of it, three at once: twelve a second. */
  async function crowd(count: number, forMs: number) {
    const { add, asked, advance, results, events, runner } = rig({ concurrency: 3 });
    for (let index = 0; index < count; index++) add(`check ${index}`, negotiate, 1000);
    for (let step = 0; step < forMs / 250; step++) {
      await advance(250);
      for (const one of asked) one.answer('success');
    }
    const counts = Array.from(
      { length: count },
      (_, i) => results.filter(({ key }) => key === `check ${i}`).length,
    );
    return { counts, asked, events, runner };
  }
  it('checks are made by turns, and no time is left unused', async () => {
    const { counts, asked } = await crowd(30, 50_000);
    expect(asked.length).toBeGreaterThanOrEqual(0.98 * 600);
    expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(2);
  });
  it('it is told, with how many are made', async () => {
    const { events, runner } = await crowd(24, 30_000);
    expect(events).toEqual([{ event: 'checks.behind', checks: 24, made_percent: expect.any(Number) }]);
    const [told] = events;
    const made = told?.event === 'checks.behind' ? told.made_percent : Number.NaN;
    expect(made).toBeGreaterThan(40);
    expect(made).toBeLessThan(80);
    expect(runner.activity().missed).toBeGreaterThan(100);
  });
  it('nothing is told where all can be made', async () => {
    const { events, runner } = await crowd(11, 30_000);
    expect(events).toEqual([]);
    expect(runner.activity().missed).toBe(0);
  });
});

it('starts so many checks at once, and the others when the sockets were read', async () => {
  const time = createVirtualTime();
  const { probe, asked } = createScriptedProbe();
  const polls: (() => void)[] = [];
  const clock = { ...time, afterPoll: (callback: () => void) => void polls.push(callback) };
  const runner = createCheckRunner({
    ...{
      clock,
      probe,
      concurrency: 1000,
      mayStart: () => true,
      isFailing: () => false,
      onResult: () => {},
      journal: () => {},
    },
  });
  const free = checkPlanOf(aVirtual({ service: 'none' }), aReal());
  for (let number = 0; number < 100; number += 1) runner.add(`check ${number}`, free, intervalMs);
  const askedATurn: number[] = [];
  do {
    for (const callback of polls.splice(0)) callback();
    await time.advance(1);
    askedATurn.push(asked.length);
  } while (polls.length > 0);
  expect(askedATurn).toEqual([32, 64, 96, 100, 100]);
});

it('reads the sockets between two lots of starts, however long these take', async () => {
  const [here, there] = [createSocket('udp4'), createSocket('udp4')];
  await new Promise<void>((resolve) => here.bind(0, '127.0.0.1', resolve));
  let startedBefore: number | undefined;
  let started = 0;
  here.on('message', () => {
    startedBefore ??= started;
  });
  const runner = createCheckRunner({
    clock: systemClock,
    probe: () => {
      started++;
      for (const until = performance.now() + 0.2; performance.now() < until; );
      return Promise.resolve({ outcome: 'success', detail: shown('') });
    },
    ...{
      concurrency: 1000,
      mayStart: () => true,
      isFailing: () => false,
      onResult: () => {},
      journal: () => {},
    },
  });
  const free = checkPlanOf(aVirtual({ service: 'none' }), aReal());
  await new Promise<unknown>((resolve) => there.send('x', here.address().port, '127.0.0.1', resolve));
  for (let number = 0; number < 300; number += 1) runner.add(`check ${number}`, free, intervalMs);
  await vi.waitFor(() => expect(started).toBe(300), 60_000);
  runner.stop();
  for (const socket of [here, there]) socket.close();
  expect(startedBefore).toBeLessThanOrEqual(64);
});
