// When the passes of a loop happen: one deadline, and one pass at a time.
import type { Clock, Micros } from '../../ports/clock.ts';

export type Timer = { readonly within: (delayMs: number) => void; readonly cancel: () => void };

/** One deadline at a time: the earliest that was asked for. */
export function createTimer(clock: Clock, fire: () => void): Timer {
  let pending: { readonly due: Micros; readonly soonest: boolean; readonly cancel: () => void } | undefined;
  const cancel = () => {
    pending?.cancel();
    pending = undefined;
  };
  return {
    within: (delayMs) => {
      // A thousand verdicts at once ask a thousand times: nothing is sooner.
      if (pending?.soonest === true) return;
      const due = clock.now() + delayMs * 1000;
      if (pending !== undefined && pending.due <= due) return;
      cancel();
      pending = {
        due,
        soonest: delayMs === 0,
        cancel: clock.after(delayMs, () => {
          pending = undefined;
          fire();
        }),
      };
    },
    cancel,
  };
}

/** Runs one task after the other: the kernel has one table, and a netlink socket one dump at a time. */
export function createQueue(): <T>(task: () => Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve();
  return (task) => {
    const result = last.then(task);
    last = result.catch(() => undefined);
    return result;
  };
}
