import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nextStart, phaseOf, scheduleOf, startsMissed } from '../../src/health/schedule.ts';

const key = fc.string();
const nowUs = fc.integer({ min: 0, max: 2 ** 45 });
const intervalMs = fc.integer({ min: 1, max: 3_600_000 });

/** The first `count` starts of a check whose timers fire in time. */
function starts(name: string, now: number, interval: number, count: number): number[] {
  const schedule = scheduleOf(name, now, interval);
  const all = [schedule.first];
  while (all.length < count) {
    const previous = all.at(-1) ?? 0;
    all.push(nextStart(schedule, previous, previous));
  }
  return all;
}

describe('the first start', () => {
  it('comes within the interval, and within a second', () => {
    fc.assert(
      fc.property(key, nowUs, intervalMs, (name, now, interval) => {
        const delay = scheduleOf(name, now, interval).first - now;
        expect(delay).toBeGreaterThanOrEqual(0);
        expect(delay).toBeLessThan(Math.min(interval, 1000) * 1000);
      }),
    );
  });
});

describe('the first start with a warmup', () => {
  it('comes within it, whatever the interval is, each at its own moment; the others keep their places', () => {
    fc.assert(
      fc.property(
        key,
        nowUs,
        intervalMs,
        fc.integer({ min: 0, max: 60_000 }),
        (name, now, interval, warmup) => {
          const { first, anchor } = scheduleOf(name, now, interval, warmup);
          expect(first - now).toBe(Math.floor(phaseOf(name) * warmup * 1000));
          expect(anchor).toBe(scheduleOf(name, now, interval).anchor);
        },
      ),
    );
  });
});

describe('later starts', () => {
  it('come at a fixed rate, without drift', () => {
    fc.assert(
      fc.property(key, nowUs, intervalMs, (name, now, interval) => {
        const [, second = 0, ...later] = starts(name, now, interval, 20);
        expect(later.at(-1)).toBe(second + later.length * interval * 1000);
      }),
    );
  });
  it('begin no sooner than half an interval after the first, and no later than one and a half', () => {
    fc.assert(
      fc.property(key, nowUs, intervalMs, (name, now, interval) => {
        const [first = 0, second = 0] = starts(name, now, interval, 2);
        expect(second - first).toBeGreaterThanOrEqual(Math.floor(interval * 500));
        expect(second - first).toBeLessThanOrEqual(interval * 1500 + 1);
      }),
    );
  });
  it('keep to the grid after one that began less than half an interval late', () => {
    fc.assert(
      fc.property(
        key,
        nowUs,
        intervalMs,
        fc.double({ min: 0, max: 0.49, noNaN: true }),
        (name, now, interval, late) => {
          const schedule = scheduleOf(name, now, interval);
          const [, due = 0] = starts(name, now, interval, 2);
          const begun = due + Math.floor(late * interval * 1000);
          expect(nextStart(schedule, due, begun)).toBe(due + interval * 1000);
        },
      ),
    );
  });
  it('come half an interval after one that began later, and are back on the grid with the next', () => {
    fc.assert(
      fc.property(
        key,
        nowUs,
        intervalMs,
        fc.integer({ min: 0, max: 10_000_000 }),
        (name, now, interval, late) => {
          const schedule = scheduleOf(name, now, interval);
          const [, due = 0] = starts(name, now, interval, 2);
          const begun = due + interval * 500 + late;
          const next = nextStart(schedule, due, begun);
          expect(next).toBe(begun + interval * 500);
          const after = nextStart(schedule, next, next);
          expect((after - schedule.anchor) % (interval * 1000)).toBe(0);
          expect(after - next).toBeGreaterThanOrEqual(interval * 500);
          expect(after - next).toBeLessThanOrEqual(interval * 1500);
        },
      ),
    );
  });
  it('that went by are counted, never made up for', () => {
    const schedule = scheduleOf('a', 0, 1000);
    expect([0, 999_999, 1_000_000, 3_500_000].map((late) => startsMissed(schedule, 7, 7 + late))).toEqual([
      0, 0, 1, 3,
    ]);
  });
});

describe('the place in the interval', () => {
  it('is the same for the same name, at any time', () => {
    fc.assert(
      fc.property(key, nowUs, intervalMs, (name, now, interval) => {
        const [here, there] = [scheduleOf(name, 0, interval), scheduleOf(name, now, interval)];
        expect(there).toEqual({
          first: here.first + now,
          anchor: here.anchor + now,
          interval: here.interval,
        });
      }),
    );
  });
  it('spreads like names evenly: no tenth of the interval gets more than a sixth of 1000 checks', () => {
    const tenths = new Array<number>(10).fill(0);
    for (let index = 0; index < 1000; index++) {
      const tenth = Math.floor(phaseOf(`http 10.0.${index >> 8}.${index & 255}:80`) * 10);
      tenths[tenth] = (tenths[tenth] ?? 0) + 1;
    }
    expect(Math.min(...tenths)).toBeGreaterThan(50);
    expect(Math.max(...tenths)).toBeLessThan(167);
  });
});
