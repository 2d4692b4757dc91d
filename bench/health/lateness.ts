// How late checks were, from the times at which they reached each server. The grid of a server is one check each
// interval, laid so that its earliest check was just in time; a product whose interval begins when the last check
// ended drifts away from it. Pure; the same for every product. Times are microseconds.

export type Lateness = { readonly p50Ms: number; readonly p99Ms: number; readonly maxMs: number };

/** Of each arrival, how long after its place on the grid of its server, milliseconds. */
export function latenessOf(arrivalsUs: readonly number[], intervalUs: number): readonly number[] {
  const first = arrivalsUs[0];
  if (first === undefined) return [];
  const beyond = arrivalsUs.map((at) => at - Math.round((at - first) / intervalUs) * intervalUs);
  const grid = Math.min(...beyond);
  return beyond.map((at) => (at - grid) / 1000);
}

export function summarise(values: Iterable<number>): Lateness {
  const sorted = Float64Array.from(values).sort();
  const at = (part: number) => sorted[Math.ceil(part * sorted.length) - 1] ?? Number.NaN;
  return { p50Ms: at(0.5), p99Ms: at(0.99), maxMs: at(1) };
}

/** What adverts were late: each gap between two of them beyond the interval, milliseconds, and never below 0. */
export const gapsBeyond = (arrivalsUs: readonly number[], intervalUs: number): readonly number[] =>
  arrivalsUs.slice(1).map((at, i) => Math.max(0, at - (arrivalsUs[i] ?? at) - intervalUs) / 1000);
