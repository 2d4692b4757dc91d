// What is told again and again, each in its own rhythm, until it is called off. One timer for all of them.
import type { Clock, Micros } from '../../ports/clock.ts';

export type Reminders<Key> = {
  /** From now on each so many ms; 0: no more. */
  readonly set: (key: Key, everyMs: number) => void;
  readonly close: () => void;
};

/** @param remind tells it; returns after how many ms it is to be told again, 0 where it is not. */
export function createReminders<Key>(clock: Clock, remind: (key: Key) => number): Reminders<Key> {
  const due = new Map<Key, Micros>();
  let timer: { readonly at: Micros; readonly cancel: () => void } | undefined;

  const put = (key: Key, everyMs: number): void => {
    if (everyMs > 0) due.set(key, clock.now() + everyMs * 1000);
    else due.delete(key);
  };

  function run(): void {
    timer = undefined;
    const now = clock.now();
    for (const [key, at] of [...due]) if (at <= now) put(key, remind(key));
    for (const at of due.values()) wakeAt(at);
  }

  function wakeAt(at: Micros): void {
    if (timer !== undefined && timer.at <= at) return;
    timer?.cancel();
    timer = { at, cancel: clock.after(Math.max(0, (at - clock.now()) / 1000), run) };
  }

  const sleep = (): void => {
    timer?.cancel();
    timer = undefined;
  };

  return {
    set: (key, everyMs) => {
      put(key, everyMs);
      const at = due.get(key);
      if (at !== undefined) wakeAt(at);
      else if (due.size === 0) sleep();
    },
    close: () => {
      due.clear();
      sleep();
    },
  };
}
