import { describe, expect, it } from 'vitest';
import { createCheckRunner } from '../../src/daemon/check-runner.ts';
import { phaseOf } from '../../src/health/schedule.ts';
import { type CheckPlan, checkPlanOf } from '../../src/health/target-of.ts';
import type { ProbeResult } from '../../src/ports/probe.ts';
import { aReal, aVirtual } from '../health/a-virtual.ts';
import { createManualClock } from './manual-clock.ts';
import { createScriptedProbe } from './scripted-probe.ts';

const negotiate = checkPlanOf(aVirtual({ negotiatetimeoutMs: 3000 }), aReal());
const intervalMs = 5000;

function rig(options: { concurrency?: number; mayStart?: (key: string) => boolean } = {}) {
  const manual = createManualClock();
  const scripted = createScriptedProbe();
  const results: (ProbeResult & { key: string; atMs: number })[] = [];
  let lostMs = 0;
  const clock = { ...manual, now: () => manual.now() + lostMs * 1000 };
  const begun = manual.now();
  const nowMs = () => (manual.now() - begun) / 1000;
  const runner = createCheckRunner({
    clock,
    probe: scripted.probe,
    concurrency: options.concurrency ?? 1000,
    mayStart: options.mayStart ?? (() => true),
    onResult: (key, result) => results.push({ key, atMs: nowMs(), ...result }),
  });
  return {
    ...scripted,
    runner,
    results,
    nowMs,
    advance: manual.advance,
    /** The process stands still: time passes, and no timer fires. */
    standStill: (ms: number) => {
      lostMs += ms;
    },
    add: (key: string, plan: CheckPlan = negotiate) => runner.add(key, plan, intervalMs),
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
  it('that fires late, because the process stood still, gives the server the lost time again', async () => {
    const { add, asked, advance, results, standStill } = rig();
    add('a');
    await advance(1000);
    standStill(2000);
    await advance(2900);
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
    const clock = createManualClock();
    const results: ProbeResult[] = [];
    const runner = createCheckRunner({
      clock,
      probe: () => {
        throw new Error('bug');
      },
      concurrency: 1,
      mayStart: () => true,
      onResult: (_, result) => results.push(result),
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

it('starts so many checks at once, and the others when those under way had their turn', async () => {
  const manual = createManualClock();
  const { probe, asked } = createScriptedProbe();
  const atOnce: (() => void)[] = [];
  const after = (ms: number, callback: () => void) => {
    if (ms > 0) return manual.after(ms, callback);
    atOnce.push(callback);
    return () => {};
  };
  const clock = { ...manual, after };
  const runner = createCheckRunner({
    ...{ clock, probe, concurrency: 1000, mayStart: () => true, onResult: () => {} },
  });
  const free = checkPlanOf(aVirtual({ service: 'none' }), aReal());
  for (let number = 0; number < 100; number += 1) runner.add(`check ${number}`, free, intervalMs);
  const askedATurn: number[] = [];
  while (atOnce.length > 0) {
    for (const callback of atOnce.splice(0)) callback();
    await manual.advance(0);
    askedATurn.push(asked.length);
  }
  expect(askedATurn).toEqual([32, 64, 96, 100, 100]);
});
