// How late adverts leave, and checks begin: a histogram over the life of the process, in a fixed array, as counting
// must not cost what it counts. Bounds grow by a quarter of an octave, so a quantile is at most a fifth too high.
import type { Micros } from '../../ports/clock.ts';

/** Milliseconds. */
export type Lateness = {
  readonly count: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
  readonly sumMs: number;
  /** How many were at most that late, for each bound that counts more than the one before. */
  readonly buckets: readonly { readonly ms: number; readonly count: number }[];
};

export type LatenessHistogram = {
  readonly note: (lateUs: Micros) => void;
  readonly summary: () => Lateness;
};

const perOctave = 4;
/** 2^24 us: as late as that, nobody asks how late exactly. */
const size = 24 * perOctave + 1;

export function createLatenessHistogram(): LatenessHistogram {
  const counts = new Uint32Array(size);
  let maxUs = 0;
  let sumUs = 0;
  return {
    note: (lateUs) => {
      const index = lateUs <= 1 ? 0 : Math.min(size - 1, Math.ceil(perOctave * Math.log2(lateUs)));
      counts[index] = (counts[index] ?? 0) + 1;
      if (lateUs > maxUs) maxUs = lateUs;
      if (lateUs > 0) sumUs += lateUs;
    },
    summary: () => ({ ...summaryOf(counts, maxUs), sumMs: milliseconds(sumUs) }),
  };
}

function summaryOf(counts: Uint32Array, maxUs: number): Omit<Lateness, 'sumMs'> {
  let count = 0;
  const buckets: { ms: number; count: number }[] = [];
  for (const [index, inBucket] of counts.entries()) {
    if (inBucket === 0) continue;
    count += inBucket;
    buckets.push({ ms: milliseconds(Math.min(maxUs, 2 ** (index / perOctave))), count });
  }
  const quantile = (part: number) => buckets.find((bucket) => bucket.count >= part * count)?.ms ?? 0;
  return { count, p50Ms: quantile(0.5), p99Ms: quantile(0.99), maxMs: milliseconds(maxUs), buckets };
}

/** Three digits behind the point: that is what the clock tells. */
const milliseconds = (us: Micros): number => Math.round(us) / 1000;
