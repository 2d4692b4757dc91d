// RFC 9568 §6.1 and RFC 3768 §6.1: Skew_Time and the down intervals.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { activeDownInterval, skewTime } from '../../src/vrrp/timers.ts';

describe('RFC 9568 §6.1', () => {
  it('Skew_Time = (256 - Priority) * Active_Adver_Interval / 256', () => {
    expect(skewTime(3, 100, 1_000_000)).toBe(609_375);
    expect(skewTime(3, 254, 1_000_000)).toBe(7_812);
    expect(skewTime(3, 100, 100_000)).toBe(60_937);
    expect(skewTime(3, 254, 10_000)).toBe(78);
  });

  it('Active_Down_Interval = 3 * Active_Adver_Interval + Skew_Time', () => {
    expect(activeDownInterval(3, 100, 1_000_000)).toBe(3_609_375);
    expect(activeDownInterval(3, 100, 10_000)).toBe(36_093);
  });

  it('a higher priority always has a smaller Skew_Time, down to adverts of 10 ms', () => {
    const priority = fc.integer({ min: 1, max: 253 });
    const intervalCs = fc.integer({ min: 1, max: 4095 });
    fc.assert(
      fc.property(priority, intervalCs, (lower, cs) => {
        expect(skewTime(3, lower, cs * 10_000)).toBeGreaterThan(skewTime(3, lower + 1, cs * 10_000));
        expect(skewTime(3, lower, cs * 10_000)).toBeLessThan(cs * 10_000);
      }),
    );
  });
});

describe('RFC 3768 §6.1', () => {
  it('Skew_Time = (256 - Priority) / 256 seconds, whatever the interval', () => {
    expect(skewTime(2, 100, 1_000_000)).toBe(609_375);
    expect(skewTime(2, 100, 10_000_000)).toBe(609_375);
  });

  it('Master_Down_Interval = 3 * Advertisement_Interval + Skew_Time', () => {
    expect(activeDownInterval(2, 100, 10_000_000)).toBe(30_609_375);
  });
});
