// What the kernel refused beside the table, and when each may be tried again: after 1 s, 2 s, 4 s … 60 s, as
// refusals.ts has it for operations on the table. It neither sends nor logs.
import type { Micros } from '../ports/clock.ts';
import type { KernelError } from '../ports/kernel.ts';
import { type Refusal, retryMsAfter } from './refusals.ts';

export type Attempts = {
  readonly isDue: (operation: string, now: Micros) => boolean;
  /** @param error absent where it succeeded. @returns the refusal, if it is one. */
  readonly record: (operation: string, error: KernelError | undefined, now: Micros) => Refusal | undefined;
  /** Forgets every refusal of what is not asked for any more. */
  readonly keepOnly: (operations: ReadonlySet<string>) => void;
  readonly nextAt: () => Micros | undefined;
  readonly list: () => readonly Refusal[];
  readonly clear: () => void;
};

export function createAttempts(): Attempts {
  const refused = new Map<string, Refusal>();
  return {
    isDue: (operation, now) => (refused.get(operation)?.retryAt ?? now) <= now,
    record: (operation, error, now) => {
      const attempts = (refused.get(operation)?.attempts ?? 0) + 1;
      refused.delete(operation);
      if (error === undefined) return undefined;
      const retryMs = retryMsAfter(attempts);
      const { code, message: reason } = error;
      const refusal = { operation, code, reason, attempts, retryMs, retryAt: now + retryMs * 1000 };
      refused.set(operation, refusal);
      return refusal;
    },
    keepOnly: (operations) => {
      for (const operation of refused.keys()) if (!operations.has(operation)) refused.delete(operation);
    },
    nextAt: () =>
      refused.size === 0 ? undefined : Math.min(...[...refused.values()].map(({ retryAt }) => retryAt)),
    list: () => [...refused.values()],
    clear: () => refused.clear(),
  };
}
