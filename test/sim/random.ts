// Seeded random numbers: the same seed gives the same numbers, everywhere and for ever.
// Generator: mulberry32 (Tommy Ettinger, public domain).

export type Random = {
  /** From 0 (included) to 1 (excluded). */
  readonly next: () => number;
  readonly chance: (probability: number) => boolean;
  /** An integer from `low` to `high`, both included. */
  readonly between: (low: number, high: number) => number;
  readonly pick: <T>(choices: readonly T[]) => T;
  /** Exponentially distributed around `mean`, at most ten times that; an integer. */
  readonly around: (mean: number) => number;
};

export function createRandom(seed: number): Random {
  let state = Math.imul(seed ^ 0x9e3779b9, 0x85ebca6b) >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
  const between = (low: number, high: number): number => low + Math.floor(next() * (high - low + 1));
  return {
    next,
    between,
    chance: (probability) => probability > 0 && next() < probability,
    pick: (choices) => choices[between(0, choices.length - 1)] as (typeof choices)[number],
    around: (mean) => Math.round(mean * Math.min(10, -Math.log(1 - next()))),
  };
}
