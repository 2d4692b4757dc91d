// Observe -> desire -> diff in one call: what the daemon is about to do, and what `plan` shows. Pure; sending
// is apply.ts's.
import type { VirtualConfig } from '../config/config.ts';
import { readTable } from './canonical.ts';
import { type DesiredService, desireServices, tableOf, type Weigh } from './desire.ts';
import { type DiffPolicy, diff } from './diff.ts';
import type { Operation, Table } from './model.ts';
import type { VerdictOf } from './verdict-view.ts';

export type Goal = {
  readonly virtuals: readonly VirtualConfig[];
  readonly verdictOf: VerdictOf;
  /** Absent: the configured weights. */
  readonly weigh?: Weigh;
  readonly policy: DiffPolicy;
};

export type Proposal = {
  readonly observed: Table;
  /** In the order of the configuration. */
  readonly services: readonly DesiredService[];
  readonly desired: Table;
  /** In the order to be sent. */
  readonly operations: readonly Operation[];
};

/** @param kernelTable as the kernel gave it, in any order, with or without counters. */
export function propose(kernelTable: Table, { virtuals, verdictOf, weigh, policy }: Goal): Proposal {
  const observed = readTable(kernelTable);
  const services = desireServices(virtuals, verdictOf, observed, weigh);
  const desired = tableOf(services);
  return { observed, services, desired, operations: diff(observed, desired, policy) };
}
