// What the kernel refused, and when each may be tried again: after 1 s, 2 s, 4 s … 60 s. Each refusal is told; nothing
// is sent here.

import type { Journal } from '../../journal/event.ts';
import type { Clock, Micros } from '../../ports/clock.ts';
import type { KernelError } from '../../ports/kernel.ts';
import { type Refusal, retryMsAfter } from './backoff.ts';

export type AttemptsPorts = { readonly clock: Clock; readonly journal: Journal };

export type Attempts = {
  readonly isDue: (operation: string) => boolean;
  /** @param error absent where it succeeded. */
  readonly record: (operation: string, error: KernelError | undefined) => void;
  /** Forgets every refusal of what is not asked for any more. */
  readonly keepOnly: (operations: ReadonlySet<string>) => void;
  readonly nextAt: () => Micros | undefined;
  readonly list: () => readonly Refusal[];
  readonly clear: () => void;
};

export function createAttempts({ clock, journal }: AttemptsPorts): Attempts {
  const refused = new Map<string, Refusal>();
  return {
    isDue: (operation) => (refused.get(operation)?.retryAt ?? clock.now()) <= clock.now(),
    record: (operation, error) => {
      const attempts = (refused.get(operation)?.attempts ?? 0) + 1;
      refused.delete(operation);
      if (error === undefined) return;
      const retryMs = retryMsAfter(attempts);
      const { code, message: reason } = error;
      const retryAt = clock.now() + retryMs * 1000;
      refused.set(operation, { operation, code, reason, attempts, retryMs, retryAt });
      journal({ event: 'ipvs.failed', operation, code, reason, retry_s: retryMs / 1000 });
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
