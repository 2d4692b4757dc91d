// The programs of the administrator's that run because something has changed (quorum_up, quorum_down, fallbackcommand),
// for a stop that does not leave them half-way: the service manager ends whatever of a unit outlives it.
import type { Clock } from '../../ports/clock.ts';

/** A stop waits so long for programs that run; those that take longer go on without us. */
export const programsMaxMs = 10_000;

export type RunningPrograms = {
  /** @param work settles when nothing of it runs any more, nor waits for its turn. Never rejects. */
  readonly add: (work: Promise<void>) => void;
  /** Resolves when nothing runs any more, what began meanwhile included, or after that time. */
  readonly drained: (limitMs: number) => Promise<void>;
};

export function createRunningPrograms(clock: Clock): RunningPrograms {
  const running = new Set<Promise<void>>();
  let waiting: (() => void)[] = [];

  const end = (work: Promise<void>): void => {
    running.delete(work);
    if (running.size > 0) return;
    const resolve = waiting;
    waiting = [];
    for (const each of resolve) each();
  };

  return {
    add: (work) => {
      running.add(work);
      void work.then(() => end(work));
    },
    drained: (limitMs) =>
      new Promise((resolve) => {
        if (running.size === 0) return resolve();
        const cancel = clock.after(limitMs, resolve);
        waiting.push(() => {
          cancel();
          resolve();
        });
      }),
  };
}
