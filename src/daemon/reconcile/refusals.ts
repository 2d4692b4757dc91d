// Operations that the kernel refused, and when each may be tried again: after 1 s, 2 s, 4 s … 60 s. One that
// is refused waits alone; only what needs it (the servers of a service that cannot be added) waits with it. What was
// overtaken by somebody else's change is no refusal: the next pass sees what is there then.
// An operation that is no longer asked for is forgotten. It neither sends nor logs.
import type { Operation } from '../../model/ipvs.ts';
import type { Micros } from '../../ports/clock.ts';
import { type Outcome, serviceOf } from '../../reconcile/apply.ts';
import { describeOperation } from '../../reconcile/describe.ts';
import { explainRefusal } from '../../reconcile/explain-refusal.ts';
import { type Refusal, retryMsAfter } from '../pace/backoff.ts';

export type Refusals = {
  /** Those of `operations` that need not wait. Forgets every refusal that is not among them. */
  readonly due: (operations: readonly Operation[], now: Micros) => readonly Operation[];
  /** @returns the refusals among `outcomes`, each with its next time. */
  readonly record: (outcomes: readonly Outcome[], now: Micros) => readonly Refusal[];
  /** When the first of them may be tried again; undefined where there is none. */
  readonly nextAt: () => Micros | undefined;
  readonly list: () => readonly Refusal[];
  /** Forgets all: a new configuration is tried at once. */
  readonly clear: () => void;
};

export function createRefusals(): Refusals {
  const refused = new Map<string, Refusal>();
  return {
    due: (operations, now) => {
      if (refused.size === 0) return operations;
      const asked = new Set(operations.map(describeOperation));
      for (const operation of refused.keys()) if (!asked.has(operation)) refused.delete(operation);
      const waits = (operation: Operation) =>
        (refused.get(describeOperation(operation))?.retryAt ?? now) > now;
      const absent = new Set(
        operations.filter((operation) => operation.type === 'addService' && waits(operation)).map(serviceOf),
      );
      return operations.filter((operation) => !waits(operation) && !absent.has(serviceOf(operation)));
    },
    record: (outcomes, now) => {
      const fresh: Refusal[] = [];
      for (const outcome of outcomes) {
        const operation = describeOperation(outcome.operation);
        const attempts = (refused.get(operation)?.attempts ?? 0) + 1;
        refused.delete(operation);
        if (outcome.result !== 'failed') continue;
        const { code } = outcome.error;
        const reason = explainRefusal(outcome.operation, outcome.error);
        const retryMs = retryMsAfter(attempts);
        const refusal = { operation, code, reason, attempts, retryMs, retryAt: now + retryMs * 1000 };
        refused.set(operation, refusal);
        fresh.push(refusal);
      }
      return fresh;
    },
    nextAt: () =>
      refused.size === 0 ? undefined : Math.min(...[...refused.values()].map(({ retryAt }) => retryAt)),
    list: () => [...refused.values()],
    clear: () => refused.clear(),
  };
}
