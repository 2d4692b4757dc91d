// A place of the log that cannot be reached: it is told once, and again for another reason, or after it was well for as long as
// tries are apart at most; tries become ever more seldom.
import type { Clock } from '../../ports/clock.ts';

const firstRetryMs = 1000;
const lastRetryMs = 60_000;

export type Outage = {
  /** After how long it is tried again; undefined: the last try went well. */
  readonly retryMs: () => number | undefined;
  readonly tell: (error: Error) => void;
  readonly over: () => void;
  /** Sets no timer any more. */
  readonly close: () => void;
};

export function createOutage(clock: Clock, onFailed: (error: Error) => void): Outage {
  let told: string | undefined;
  let retryMs: number | undefined;
  let cancelForget = () => {};
  return {
    retryMs: () => retryMs,
    tell: (error) => {
      cancelForget();
      retryMs = Math.min(lastRetryMs, (retryMs ?? firstRetryMs / 2) * 2);
      if (told === error.message) return;
      told = error.message;
      onFailed(error);
    },
    over: () => {
      if (retryMs === undefined) return;
      retryMs = undefined;
      cancelForget = clock.after(lastRetryMs, () => {
        told = undefined;
      });
    },
    close: () => cancelForget(),
  };
}
