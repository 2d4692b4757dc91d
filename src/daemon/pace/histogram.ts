// How long things took, counted over the life of the process by fixed bounds, so that histograms of two directors, or of
// yesterday and today, can be added up. Lateness is counted more finely, and by bounds of its own (lateness.ts).
import type { Micros } from '../../ports/clock.ts';

export type HistogramReading = {
  /** For each bound, in seconds, how many took at most that long. */
  readonly upTo: readonly (readonly [sec: number, count: number])[];
  readonly count: number;
  readonly sumSec: number;
};

export type Histogram = {
  readonly note: (tookUs: Micros) => void;
  readonly read: () => HistogramReading;
};

/** From a round trip in one rack to the longest time that a check has. */
export const durationBounds: readonly number[] = [
  0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30,
];

/** @param bounds in seconds, growing. */
export function createHistogram(bounds: readonly number[] = durationBounds): Histogram {
  const boundsUs = bounds.map((sec) => Math.round(sec * 1e6));
  /** Each its own; the last is of what is beyond every bound. */
  const counts = new Array<number>(bounds.length + 1).fill(0);
  let sumUs = 0;
  return {
    note: (tookUs) => {
      let index = 0;
      while (index < boundsUs.length && tookUs > (boundsUs[index] ?? 0)) index += 1;
      counts[index] = (counts[index] ?? 0) + 1;
      sumUs += tookUs;
    },
    read: () => {
      let count = 0;
      const upTo = bounds.map((sec, index) => {
        count += counts[index] ?? 0;
        return [sec, count] as const;
      });
      return { upTo, count: count + (counts[bounds.length] ?? 0), sumSec: sumUs / 1e6 };
    },
  };
}
