// Operations on the table that the kernel refused (pace/attempts.ts has when each may be tried again): one that is
// refused waits alone; only what needs it (the servers of a service that cannot be added) waits with it. What was
// overtaken by somebody else's change is no refusal: the next pass sees what is there then.

import type { Operation } from '../../model/ipvs.ts';
import { type Outcome, serviceOf } from '../../reconcile/apply.ts';
import { describeOperation } from '../../reconcile/describe.ts';
import { explainRefusal } from '../../reconcile/explain-refusal.ts';
import type { Attempts } from '../pace/attempts.ts';

/** Those of `operations` that need not wait. Forgets every refusal that is not among them. */
export function dueOperations(operations: readonly Operation[], attempts: Attempts): readonly Operation[] {
  if (attempts.list().length === 0) return operations;
  attempts.keepOnly(new Set(operations.map(describeOperation)));
  const waits = (operation: Operation) => !attempts.isDue(describeOperation(operation));
  const absent = new Set(
    operations.filter((operation) => operation.type === 'addService' && waits(operation)).map(serviceOf),
  );
  return operations.filter((operation) => !waits(operation) && !absent.has(serviceOf(operation)));
}

/** Tells the refusals among them, each with its next time. */
export function recordOutcomes(outcomes: readonly Outcome[], attempts: Attempts): void {
  for (const { operation, ...outcome } of outcomes) {
    const error =
      outcome.result === 'failed'
        ? { code: outcome.error.code, message: explainRefusal(operation, outcome.error) }
        : undefined;
    attempts.record(describeOperation(operation), error);
  }
}
