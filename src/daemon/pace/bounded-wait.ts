// Waits for something that somebody else will say, for a bounded time. One waits at a time.
import type { Clock } from '../../ports/clock.ts';

export type BoundedWait = {
  /** Resolves with {@link BoundedWait.end}, or after that time. */
  readonly within: (limitMs: number) => Promise<void>;
  readonly isWaiting: () => boolean;
  readonly end: () => void;
};

export function createBoundedWait(clock: Clock): BoundedWait {
  let finish: (() => void) | undefined;
  return {
    within: (limitMs) => {
      finish?.();
      return new Promise((resolve) => {
        const cancel = clock.after(limitMs, () => finish?.());
        finish = () => {
          cancel();
          finish = undefined;
          resolve();
        };
      });
    },
    isWaiting: () => finish !== undefined,
    end: () => finish?.(),
  };
}
