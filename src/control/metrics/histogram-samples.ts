// Histograms as their samples: cumulative buckets, sum and count (Prometheus "Metric types"). Of lateness, which is
// counted more finely, every fourth bound is told: those that are whole powers of two of a microsecond, and exact.
import type { HistogramReading } from '../../daemon/pace/histogram.ts';
import type { Lateness } from '../../daemon/pace/lateness.ts';
import type { Sample } from './exposition.ts';

export function* histogramSamples(labels: string, reading: HistogramReading): Generator<Sample> {
  const before = labels === '' ? '' : `${labels},`;
  for (const [sec, count] of reading.upTo) {
    yield { labels: `${before}le="${bound(sec)}"`, value: count, suffix: '_bucket' };
  }
  yield { labels: `${before}le="+Inf"`, value: reading.count, suffix: '_bucket' };
  yield { labels, value: reading.sumSec, suffix: '_sum' };
  yield { labels, value: reading.count, suffix: '_count' };
}

/** A float, as OpenMetrics has it. */
const bound = (sec: number): string => (Number.isInteger(sec) ? `${sec}.0` : `${sec}`);

/** 64 us to 17 s. */
const exponents = Array.from({ length: 19 }, (_, index) => index + 6);

export function readingOfLateness({ buckets, count, sumMs }: Lateness): HistogramReading {
  const upTo = exponents.map((exponent) => {
    const us = 2 ** exponent;
    const within = buckets.findLast(({ ms }) => ms * 1000 <= us);
    return [us / 1e6, within?.count ?? 0] as const;
  });
  return { upTo, count, sumSec: sumMs / 1000 };
}
