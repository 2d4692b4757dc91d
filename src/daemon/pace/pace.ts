// Paces a repair: at once where it has been quiet, then with pauses that double, so that whoever undoes it in a loop
// costs a bounded rate of work. Says nothing of what is repaired.
import type { Clock, Micros } from '../../ports/clock.ts';

export type Pace = {
  /** Soon, once, however often it is asked for until then. */
  readonly soon: (work: () => void) => void;
  readonly cancel: () => void;
};

export type PaceLimits = {
  /** A burst of causes is answered as one. */
  readonly gatherMs: number;
  readonly pauseMsMin: number;
  readonly pauseMsMax: number;
};

const limitsDefault: PaceLimits = { gatherMs: 0, pauseMsMin: 200, pauseMsMax: 5000 };

export function createPace(clock: Clock, limits: Partial<PaceLimits> = {}): Pace {
  const { gatherMs, pauseMsMin, pauseMsMax } = { ...limitsDefault, ...limits };
  let doneAt: Micros = Number.NEGATIVE_INFINITY;
  let pauseMs = pauseMsMin;
  let cancel: (() => void) | undefined;

  return {
    soon: (work) => {
      if (cancel !== undefined) return;
      const sinceMs = (clock.now() - doneAt) / 1000;
      pauseMs = sinceMs > 2 * pauseMsMax ? pauseMsMin : Math.min(pauseMsMax, 2 * pauseMs);
      const run = () => {
        cancel = undefined;
        doneAt = clock.now();
        work();
      };
      const delayMs = Math.max(gatherMs, pauseMs - sinceMs);
      if (delayMs > 0) cancel = clock.after(delayMs, run);
      else run();
    },
    cancel: () => {
      cancel?.();
      cancel = undefined;
    },
  };
}
