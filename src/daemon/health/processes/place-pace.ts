// How late each check process begins its checks, and whether one has fallen behind the others: it is then to give some
// away. Where all are late there is nothing to gain (checks.behind says it). Pure: one window after the other.

import type { Micros } from '../../../ports/clock.ts';

const windowUs = 5_000_000;
/** Late on the average by less, nobody is behind. */
const behindUs = 25_000;
/** And this many times as late as who is least late. */
const timesBehind = 4;

/** @property late microseconds on the average. */
export type Behind = { readonly place: number; readonly lateUs: Micros };

export type PlacePace = {
  /** @returns who is behind, once in each window. */
  readonly note: (place: number, lateUs: Micros, now: Micros) => Behind | undefined;
  /** Microseconds on the average, in the last whole window. */
  readonly latenessOf: (place: number) => Micros;
};

export function createPlacePace(): PlacePace {
  let from: Micros | undefined;
  let sums = new Map<number, { late: number; count: number }>();
  let means: ReadonlyMap<number, Micros> = new Map();

  const judge = (): Behind | undefined => {
    means = new Map([...sums].map(([place, { late, count }]) => [place, late / count]));
    sums = new Map();
    const [least, ...others] = [...means].sort(([, a], [, b]) => a - b);
    const most = others.at(-1);
    if (least === undefined || most === undefined) return undefined;
    const [place, lateUs] = most;
    return lateUs > behindUs && lateUs > timesBehind * least[1] ? { place, lateUs } : undefined;
  };

  return {
    note: (place, lateUs, now) => {
      from ??= now;
      const sum = sums.get(place) ?? { late: 0, count: 0 };
      sum.late += lateUs;
      sum.count += 1;
      sums.set(place, sum);
      if (now - from < windowUs) return undefined;
      from = now;
      return judge();
    },
    latenessOf: (place) => means.get(place) ?? 0,
  };
}
