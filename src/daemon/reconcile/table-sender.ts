// Sends operations on the table, but those that the kernel has refused and that have to wait, and tells what was
// applied and what was refused. Which operations they are is table-keeper.ts's matter.

import type { Journal } from '../../journal/event.ts';
import { listChanges } from '../../journal/list-changes.ts';
import type { Operation } from '../../model/ipvs.ts';
import type { Clock, Micros } from '../../ports/clock.ts';
import type { IpvsKernel } from '../../ports/kernel.ts';
import { applyOperations, type Outcome } from '../../reconcile/apply.ts';
import { describeOperation } from '../../reconcile/describe.ts';
import { type ChangeCounts, countChanges } from '../../reconcile/plan.ts';
import { type Attempts, createAttempts } from '../pace/attempts.ts';
import { dueOperations, recordOutcomes } from './refusals.ts';
import { createTableCounts, type TableCounts } from './table-totals.ts';

export type TableSenderPorts = {
  readonly kernel: IpvsKernel;
  readonly clock: Clock;
  readonly journal: Journal;
};

export type Applied = ChangeCounts & { readonly at: Micros; readonly ms: number };

export type TableSender = {
  readonly counts: Pick<TableCounts, 'passed' | 'read'>;
  /** All of them, refused before or not. */
  readonly send: (operations: readonly Operation[]) => Promise<readonly Outcome[]>;
  /** Those that need not wait; every refusal that is not among `operations` is forgotten. */
  readonly sendDue: (operations: readonly Operation[]) => Promise<readonly Outcome[]>;
  readonly lastApplied: () => Applied | undefined;
  /** What the kernel refuses at present. */
  readonly attempts: Attempts;
};

export function createTableSender({ kernel, clock, journal }: TableSenderPorts): TableSender {
  const attempts = createAttempts({ clock, journal });
  const counts = createTableCounts();
  let lastApplied: Applied | undefined;

  const send = async (operations: readonly Operation[]): Promise<readonly Outcome[]> => {
    const startedAt = clock.now();
    const outcomes = await applyOperations(kernel, operations);
    counts.sent(outcomes);
    const applied = outcomes.filter(isApplied).map(({ operation }) => operation);
    if (applied.length > 0) {
      const counts = countChanges(applied);
      const ms = (clock.now() - startedAt) / 1000;
      lastApplied = { ...counts, at: clock.now(), ms };
      journal({ event: 'ipvs.applied', ...counts, ms, changes: listChanges(applied, describeOperation) });
    }
    recordOutcomes(outcomes, attempts);
    return outcomes;
  };

  return {
    counts,
    send,
    sendDue: (operations) => send(dueOperations(operations, attempts)),
    lastApplied: () => lastApplied,
    attempts,
  };
}

export const isApplied = ({ result }: Outcome): boolean => result === 'applied';
