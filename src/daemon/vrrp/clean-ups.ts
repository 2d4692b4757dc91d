// What is cleaned up in the place of VRRP processes that are gone, one clean-up after the other, and what has to wait for
// them: what is removed late must not be what a new process has just added. How is resign-for.ts's.
import type { VrrpInstanceConfig } from '../../model/config/router.ts';
import type { LostInstance } from './holdings/held-instances.ts';

/**
 * Resigns on behalf of those that were active and removes every address of theirs, but those that `kept` float as
 * well; never rejects (resign-for.ts).
 */
export type CleanUp = (lost: readonly LostInstance[], kept: readonly VrrpInstanceConfig[]) => Promise<void>;

export type CleanUps = {
  readonly begin: (...what: Parameters<CleanUp>) => void;
  /** Once none is under way: at once, or then. */
  readonly after: (action: () => void) => void;
  /** Settles when those that were begun so far are done. */
  readonly done: () => Promise<void>;
};

export function createCleanUps(cleanUp: CleanUp): CleanUps {
  let last: Promise<void> | undefined;

  function begin(lost: readonly LostInstance[], kept: readonly VrrpInstanceConfig[]): void {
    if (lost.length === 0) return;
    const work = last === undefined ? cleanUp(lost, kept) : last.then(() => cleanUp(lost, kept));
    const done = work.finally(() => {
      if (last === done) last = undefined;
    });
    last = done;
  }

  function after(action: () => void): void {
    if (last === undefined) action();
    else void last.then(() => after(action));
  }

  return { begin, after, done: async () => last };
}
