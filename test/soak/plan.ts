// What a seed does in each round: which fault, at which director, when and for how long, and whether a real server dies
// beside it. A round follows from the seed and its number alone, so that one can be replayed without those before it.
// Faults come in decks, each fault once, in an order of the seed's: two decks of all, then nine of those that end no
// process, so that processes grow old and show what they keep.
import { createRandom, type Random } from '../sim/random.ts';

/** What the plan has to know of a fault. */
export type Dealt = {
  readonly name: string;
  /** Ends no process of a director. */
  readonly gentle: boolean;
  /** For how long it lasts, in milliseconds: from, to. */
  readonly lastsMs: readonly [number, number];
};

export type PlannedRound<F extends Dealt> = {
  readonly round: number;
  readonly fault: F;
  /** Which director it happens to: 0 or 1. */
  readonly target: 0 | 1;
  readonly afterMs: number;
  readonly lastsMs: number;
  /** A real server that dies, so many milliseconds after the fault, and for how long. */
  readonly death: { readonly server: 0 | 1; readonly afterMs: number; readonly forMs: number } | undefined;
  /** For what the fault itself rolls. */
  readonly random: Random;
};

export function planRound<F extends Dealt>(
  seed: number,
  round: number,
  faults: readonly F[],
): PlannedRound<F> {
  const fault = dealt(seed, round, faults);
  const random = createRandom(Math.imul(seed, 0x9e3779b1) ^ Math.imul(round + 1, 0x85ebca77));
  return {
    round,
    fault,
    // The active more often than the other: there is more to lose.
    target: random.chance(0.65) ? 0 : 1,
    afterMs: random.between(0, 400),
    lastsMs: random.between(...fault.lastsMs),
    death: random.chance(0.4)
      ? {
          server: random.pick([0, 1] as const),
          afterMs: random.between(0, 1500),
          forMs: random.between(800, 4000),
        }
      : undefined,
    random,
  };
}

function dealt<F extends Dealt>(seed: number, round: number, faults: readonly F[]): F {
  const gentle = faults.filter((fault) => fault.gentle);
  const decks = [faults, faults, ...Array.from({ length: 9 }, () => gentle)].filter(
    (deck) => deck.length > 0,
  );
  const all = decks.reduce((sum, deck) => sum + deck.length, 0);
  let rest = round % all;
  for (const [index, deck] of decks.entries()) {
    if (rest < deck.length)
      return shuffled(deck, seed + 7919 * (Math.floor(round / all) * decks.length + index))[rest] as F;
    rest -= deck.length;
  }
  throw new Error('Cannot plan a round: expected at least one fault, got none');
}

function shuffled<T>(deck: readonly T[], seed: number): readonly T[] {
  const random = createRandom(seed);
  const cards = [...deck];
  for (let last = cards.length - 1; last > 0; last -= 1) {
    const other = random.between(0, last);
    [cards[last], cards[other]] = [cards[other] as T, cards[last] as T];
  }
  return cards;
}
