// How long a property is tried: a few runs, always the same, or for as long as FUZZ_SECONDS says with a seed of its own.

const seconds = Number(process.env.FUZZ_SECONDS ?? 0);
/** SEED=n replays what a run has said. */
export const seed = Number(process.env.SEED ?? (seconds > 0 ? Date.now() % 0x7fff_ffff : 1));

/** @param runs in `make test`. @param share of all that is fuzzed: one property of how many */
export const budgetOf = (runs: number, share: number) =>
  seconds > 0
    ? {
        ...{ seed, numRuns: Number.MAX_SAFE_INTEGER, markInterruptAsFailure: false },
        interruptAfterTimeLimit: (seconds / share) * 1000,
      }
    : { seed, numRuns: runs };

/** Of one of them: what hangs ends. */
export const patienceMs = (share: number): number => Math.max(240_000, (seconds / share) * 4000);
