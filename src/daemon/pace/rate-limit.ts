// Says something at once, and what repeats it only as a count at the end of a window: so that a flood of bad
// packets costs a bounded number of log lines and nothing is hidden either. RFC 9568 §8 asks for rate limits.
import type { Clock } from '../../ports/clock.ts';

const windowMsDefault = 60_000;
/** Beyond that many things at a time, the rest share one window: senders can be forged without end. */
const keysMax = 64;
const others = 'others';

export type RateLimit = {
  /**
   * @param say called now, or at the end of the window with how often it was noted meanwhile.
   * @param weight as how often this counts; default 1.
   */
  readonly note: (key: string, say: (count: number) => void, weight?: number) => void;
  /** Says what is still counted. */
  readonly close: () => void;
};

type Window = { pending: number; say: (count: number) => void; cancel: () => void };

export function createRateLimit(clock: Clock, windowMs: number = windowMsDefault): RateLimit {
  const windows = new Map<string, Window>();

  const end = (key: string) => {
    const window = windows.get(key);
    if (window === undefined) return;
    if (window.pending === 0) {
      windows.delete(key);
      return;
    }
    const count = window.pending;
    window.pending = 0;
    window.cancel = clock.after(windowMs, () => end(key));
    window.say(count);
  };

  return {
    note: (wanted, say, weight = 1) => {
      const key = windows.has(wanted) || windows.size < keysMax ? wanted : others;
      const window = windows.get(key);
      if (window !== undefined) {
        window.pending += weight;
        window.say = say;
        return;
      }
      windows.set(key, { pending: 0, say, cancel: clock.after(windowMs, () => end(key)) });
      say(weight);
    },
    close: () => {
      for (const { cancel, pending, say } of windows.values()) {
        cancel();
        if (pending > 0) say(pending);
      }
      windows.clear();
    },
  };
}
