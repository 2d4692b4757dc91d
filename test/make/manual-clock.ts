// A clock that stands still until a test moves it. Promises that are ready are run between two timers, and so is what
// waits for a poll phase.
import type { Clock, EventLoop, Micros } from '../../src/ports/clock.ts';

export type ManualClock = Clock &
  EventLoop & {
    /** Runs everything that falls due within `ms`, in order, and all that follows from it. */
    readonly advance: (ms: number) => Promise<void>;
    /** When the next timer is due, in ms from now; undefined where none is set. */
    readonly nextInMs: () => number | undefined;
  };

export function createManualClock(): ManualClock {
  let now: Micros = 1_000_000;
  const timers = new Set<{ readonly due: Micros; readonly callback: () => void }>();
  const next = () => [...timers].sort((a, b) => a.due - b.due)[0];
  const afterPoll: (() => void)[] = [];
  const settle = async () => {
    for (let polled = 1; polled > 0; ) {
      await new Promise<void>((resolve) => setImmediate(resolve));
      const callbacks = afterPoll.splice(0);
      polled = callbacks.length;
      for (const callback of callbacks) callback();
    }
  };
  return {
    now: () => now,
    after: (delayMs, callback) => {
      const timer = { due: now + Math.round(delayMs * 1000), callback };
      timers.add(timer);
      return () => timers.delete(timer);
    },
    afterPoll: (callback) => void afterPoll.push(callback),
    advance: async (ms) => {
      const end = now + ms * 1000;
      await settle();
      for (let timer = next(); timer !== undefined && timer.due <= end; timer = next()) {
        timers.delete(timer);
        now = Math.max(now, timer.due);
        timer.callback();
        await settle();
      }
      now = end;
    },
    nextInMs: () => {
      const timer = next();
      return timer === undefined ? undefined : (timer.due - now) / 1000;
    },
  };
}
