// The histogram of how late adverts leave.
import { describe, expect, it } from 'vitest';
import { createLatenessHistogram } from '../../../src/daemon/pace/lateness.ts';

function histogramOf(values: readonly number[]) {
  const histogram = createLatenessHistogram();
  for (const value of values) histogram.note(value);
  return histogram.summary();
}

describe('the lateness of adverts', () => {
  it('of none is nothing', () => {
    expect(histogramOf([])).toEqual({ count: 0, p50Ms: 0, p99Ms: 0, maxMs: 0, sumMs: 0, buckets: [] });
  });

  it('has quantiles that are never too low, and at most a fifth too high', () => {
    const values = Array.from({ length: 1000 }, (_, i) => 10 * (i + 1));
    const { count, p50Ms, p99Ms, maxMs } = histogramOf(values);
    expect({ count, maxMs }).toEqual({ count: 1000, maxMs: 10 });
    for (const [found, wanted] of [
      [p50Ms, 5],
      [p99Ms, 9.9],
    ] as const) {
      expect(found).toBeGreaterThanOrEqual(wanted);
      expect(found).toBeLessThanOrEqual(wanted * 1.2);
    }
  });

  it('has cumulative buckets, of which the last is the maximum and holds all', () => {
    const { buckets } = histogramOf([0, 1, 900, 1_000_000, 90_000_000]);
    expect(buckets.map(({ count }) => count)).toEqual([2, 3, 4, 5]);
    expect(buckets.at(-1)?.ms).toBeLessThanOrEqual(90_000);
  });

  it('has the sum of all', () => {
    expect(histogramOf([1500, 2500, 0]).sumMs).toBe(4);
  });

  it('counts one that is later than any bound as the largest', () => {
    expect(histogramOf([90_000_000])).toMatchObject({ count: 1, maxMs: 90_000 });
  });
});
