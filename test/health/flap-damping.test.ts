import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  cameUp,
  type FlapState,
  fallsWithin,
  fell,
  heldUntil,
  holdMsAt,
  steady,
} from '../../src/health/flap-damping.ts';

const policy = { count: 3, windowMs: 60_000, holdMs: 10_000, holdMaxMs: 50_000 };
const second = 1_000_000;

/** Falls at these seconds, each time up again one second later. @returns how long it was held each time, in seconds. */
function holds(fallsAt: readonly number[]): readonly number[] {
  let state: FlapState = steady;
  return fallsAt.map((at) => {
    state = cameUp(fell(state, at * second, policy), (at + 1) * second);
    return ((heldUntil(state, policy) ?? (at + 1) * second) - (at + 1) * second) / second;
  });
}

describe('a hold', () => {
  it('comes with the count-th fall within the window, not before', () => {
    expect(holds([0, 10, 20])).toEqual([0, 0, 10]);
    expect(holds([0, 10, 59])).toEqual([0, 0, 10]);
    expect(holds([0, 10, 60])).toEqual([0, 0, 0]);
  });
  it('doubles with each further fall, up to the longest', () => {
    expect(holds([0, 10, 20, 30, 40, 50, 60])).toEqual([0, 0, 10, 20, 40, 50, 50]);
  });
  it('is halved by each window that the server stays up, from its return on', () => {
    // Up since 41: one window later (101) the fall undoes the halving, two windows later half of it.
    expect(holds([0, 10, 20, 30, 40, 100])).toEqual([0, 0, 10, 20, 40, 50]);
    expect(holds([0, 10, 20, 30, 40, 101])).toEqual([0, 0, 10, 20, 40, 40]);
    expect(holds([0, 10, 20, 30, 40, 161])).toEqual([0, 0, 10, 20, 40, 20]);
  });
  it('is forgotten after enough of them', () => {
    expect(holds([0, 10, 20, 30, 151])).toEqual([0, 0, 10, 20, 0]);
    expect(holds([0, 10, 20, 30, 151, 161, 171])).toEqual([0, 0, 10, 20, 0, 0, 10]);
  });
  it('begins at the return, and being down forgives nothing', () => {
    const down = [0, 10, 20, 30].reduce((state, at) => fell(state, at * second, policy), steady);
    expect(heldUntil(down, policy)).toBeUndefined();
    expect(holdMsAt(down, 9000 * second, policy)).toBe(20_000);
    expect(heldUntil(cameUp(down, 9000 * second), policy)).toBe(9020 * second);
  });
  it('after long flapping takes no longer to be forgiven than the longest hold is worth', () => {
    const held = holds([...Array(100).keys()].map((at) => at * 5));
    expect(held.at(-1)).toBe(50);
    // Four halvings of 80, which is the first that reaches 50: four windows up.
    expect(holds([...[...Array(100).keys()].map((at) => at * 5), 495 + 1 + 240]).at(-1)).toBe(0);
  });
});

describe('the falls that are told', () => {
  it('are those within the window, and never more than count', () => {
    const state = [0, 10, 20, 30].reduce((before, at) => fell(before, at * second, policy), steady);
    expect(fallsWithin(state, 31 * second, policy)).toHaveLength(3);
    expect(fallsWithin(state, 75 * second, policy)).toHaveLength(2);
    expect(fallsWithin(state, 90 * second, policy)).toHaveLength(0);
  });
});

describe('whatever a server does', () => {
  it('no hold is longer than the longest, and a calm server is free in the end', () => {
    const gaps = fc.array(fc.integer({ min: 1, max: 200 }), { maxLength: 60 });
    fc.assert(
      fc.property(gaps, (seconds) => {
        let now = 0;
        let state: FlapState = steady;
        for (const gap of seconds) {
          now += gap * second;
          state = cameUp(fell(state, now, policy), now + second / 2);
          expect(holdMsAt(state, now, policy)).toBeLessThanOrEqual(policy.holdMaxMs);
        }
        expect(holdMsAt(state, now + 4.5 * 60 * second, policy)).toBe(0);
      }),
    );
  });
});
