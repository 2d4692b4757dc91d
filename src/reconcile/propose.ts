// Observe -> desire -> diff in one call: what the daemon is about to do, and what `plan` shows. Pure; sending
// is apply.ts's.
import type { VirtualConfig } from '../config/config.ts';
import { readTable } from './canonical.ts';
import { type DesiredService, desireServices, type Moment, tableOf } from './desire.ts';
import { type DiffPolicy, diff } from './diff.ts';
import type { Operation, Table } from './model.ts';
import type { VerdictOf } from './verdict-view.ts';

export type Goal = Moment & {
  readonly virtuals: readonly VirtualConfig[];
  readonly verdictOf: VerdictOf;
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
export function propose(kernelTable: Table, { virtuals, verdictOf, policy, ...moment }: Goal): Proposal {
  const observed = readTable(kernelTable);
  const services = desireServices(virtuals, verdictOf, observed, moment);
  const desired = tableOf(services);
  return { observed, services, desired, operations: diff(observed, desired, policy) };
}
