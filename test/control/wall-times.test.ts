import { describe, expect, it } from 'vitest';
import { withWallTimes } from '../../src/control/wall-times.ts';

const wallMs = Date.parse('2026-03-01T14:00:00.000Z');
const format = (ms: number) => new Date(ms).toISOString();
const clocks = { monotonicMs: 5_000_000, wallMs, format };
const at = (agoMs: number) => new Date(wallMs - agoMs).toISOString();

describe('times of the wall clock', () => {
  it.each([
    [{ heardAgoMs: 250 }, { heardAgoMs: 250, heardAt: at(250) }],
    [{ agoMs: 1000.4 }, { agoMs: 1000.4, at: at(1000) }],
    [{ forMs: 1000 }, { forMs: 1000, since: at(1000) }],
    [{ failedForMs: 1000 }, { failedForMs: 1000, failedSince: at(1000) }],
    [{ sinceMs: 4_990_000 }, { sinceMs: 4_990_000, since: at(10_000) }],
    [{ nowMs: 5_000_000 }, { nowMs: 5_000_000, now: at(0) }],
  ])('stand beside each time and age: %j', (value, wanted) => {
    expect(withWallTimes(value, clocks)).toEqual(wanted);
    expect(withWallTimes([{ deep: [value] }], clocks)).toEqual([{ deep: [wanted] }]);
  });
  it('stand beside nothing else, and leave what has none as it is', () => {
    const value = { advertIntervalMs: 300, name: 'agoMs', agoMs: null, list: [1, { timeoutMs: 5 }] };
    expect(withWallTimes(value, clocks)).toBe(value);
  });
});
