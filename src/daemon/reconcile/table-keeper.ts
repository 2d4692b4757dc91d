// One pass over the kernel's table: propose, tell, send, tell. Tells drift (somebody else changed what
// the last pass left) from changes of our own, and adoption (the first pass) from both. When passes happen,
// and what may be deleted, is reconcile-loop.ts's; what should exist is reconcile/'s.

import type { Journal } from '../../journal/event.ts';
import { listChanges } from '../../journal/list-changes.ts';
import { formatServiceId, type Operation, type ServiceName, type Table } from '../../model/ipvs.ts';
import type { Result } from '../../net/result.ts';
import type { Micros } from '../../ports/clock.ts';
import type { KernelError, ObservedService } from '../../ports/kernel.ts';
import { type Outcome, serviceOf } from '../../reconcile/apply.ts';
import { isCheckService } from '../../reconcile/check-services.ts';
import { describeOperation } from '../../reconcile/describe.ts';
import type { DesiredService } from '../../reconcile/desire.ts';
import { diff, foreignServices } from '../../reconcile/diff.ts';
import { type CountedTable, type Goal, type Proposal, propose } from '../../reconcile/propose.ts';
import { createForeignEntries, type ForeignEntries } from './foreign-entries.ts';
import type { LeavingServers } from './leaving-servers.ts';
import type { ServingChanges } from './serving-changes.ts';
import { createTableSender, isApplied, type TableSender, type TableSenderPorts } from './table-sender.ts';

export type TableKeeperOptions = TableSenderPorts & {
  readonly servingChanges: ServingChanges;
  readonly leavingServers: LeavingServers;
};

export type TableKeeper = {
  readonly read: () => Promise<Result<readonly ObservedService[], KernelError>>;
  /** @param table as it was just read. @param begun when the reading of it began. @returns the services in the table afterwards. */
  readonly pass: (table: CountedTable, goal: Goal, begun?: Micros) => Promise<ReadonlySet<ServiceName>>;
  /** Deletes these services, as far as `table` holds them. @returns as pass. */
  readonly remove: (table: Table, services: ReadonlySet<ServiceName>) => Promise<ReadonlySet<ServiceName>>;
  readonly kept: () => KeptTable;
  /** Whether the last pass left that service as it was wanted, with its servers. */
  readonly holds: (service: ServiceName) => boolean;
  readonly foreignEntries: Pick<ForeignEntries, 'foreign' | 'unknown'>;
  readonly sender: Pick<TableSender, 'lastApplied' | 'attempts' | 'counts'>;
};

/** What is known of the table. */
export type KeptTable = {
  /** As it was read last. */
  readonly observed: readonly ObservedService[];
  readonly observedAt?: Micros;
  /** What the last pass left; absent before the first. */
  readonly left?: Left;
  /** Times that it was found changed by someone else, and put right. */
  readonly driftRepairs: number;
  /** Passes in a row in which somebody changed the table between the look at it and the change. */
  readonly races: number;
};

/** The table that a pass wanted, and the operations that it could not bring about. */
type Left = {
  readonly desired: Table;
  /** Who was to serve each service. */
  readonly services: ReadonlyMap<ServiceName, DesiredService>;
  readonly undone: ReadonlySet<string>;
  /** Services that nothing of it is about. */
  readonly held: ReadonlySet<ServiceName>;
};

export function createTableKeeper(options: TableKeeperOptions): TableKeeper {
  const { kernel, clock, journal, servingChanges, leavingServers } = options;
  const sender = createTableSender(options);
  const foreignEntries = createForeignEntries(journal);
  let kept: KeptTable = { observed: [], driftRepairs: 0, races: 0 };

  return {
    read: async () => {
      const answer = await kernel.observe();
      if (answer.ok) kept = { ...kept, observed: answer.value, observedAt: clock.now() };
      return answer;
    },
    pass: async (table, goal, begun = clock.now()) => {
      const proposal = propose(table, goal);
      foreignEntries.tell(proposal, goal, kernel.unreadable());
      const drift = kept.left === undefined ? [] : driftIn(proposal, goal, kept.left);
      if (kept.left === undefined) tellAdopted(journal, proposal, goal);
      if (drift.length > 0) {
        kept = { ...kept, driftRepairs: kept.driftRepairs + 1 };
        const changes = listChanges(drift, describeOperation);
        journal({ event: 'ipvs.drift', operations: drift.length, changes });
      }
      servingChanges.tell(goal.virtuals, proposal.services);
      const outcomes = await sender.sendDue(proposal.operations);
      leavingServers.passed(proposal);
      sender.counts.passed(clock.now() - begun);
      const races = outcomes.some(isOvertaken) ? kept.races + 1 : 0;
      kept = { ...kept, left: leftBy(proposal, outcomes), races };
      return namesAfter(table, outcomes);
    },
    remove: async (table, services) => {
      const theirs = table.filter(({ service }) => services.has(formatServiceId(service.id)));
      const outcomes = await sender.send(
        theirs.map(({ service }): Operation => ({ type: 'deleteService', service })),
      );
      return namesAfter(table, outcomes);
    },
    kept: () => kept,
    holds: (service) => kept.left?.held.has(service) ?? false,
    foreignEntries,
    sender,
  };
}

function tellAdopted(
  journal: Journal,
  { observed: table, desired, operations }: Proposal,
  { policy }: Goal,
): void {
  const theirs = new Set(foreignServices(table, desired, policy.owned));
  const ours = table.filter(({ service: { id } }) => !theirs.has(formatServiceId(id)) && !isCheckService(id));
  if (ours.length === 0) return;
  const destinations = ours.reduce((sum, entry) => sum + entry.destinations.length, 0);
  journal({ event: 'ipvs.adopted', services: ours.length, destinations, operations: operations.length });
}

function leftBy({ desired, services, operations }: Proposal, outcomes: readonly Outcome[]): Left {
  const settled = new Set(
    outcomes.filter((each) => isApplied(each) || isOvertaken(each)).map(({ operation }) => operation),
  );
  const undone = operations.filter((each) => !settled.has(each));
  const unfinished = new Set(undone.map(serviceOf));
  const held = desired.map(({ service }) => formatServiceId(service.id));
  return {
    desired,
    services: new Map(services.map((each) => [formatServiceId(each.entry.service.id), each] as const)),
    undone: new Set(undone.map(describeOperation)),
    held: new Set(held.filter((name) => !unfinished.has(name))),
  };
}

/**
 * The operations that only bring back what the last pass left: they would be needed without any change of
 * verdict or configuration, and it is not that the kernel had refused them then.
 */
function driftIn({ observed, operations }: Proposal, { policy }: Goal, left: Left): readonly Operation[] {
  if (operations.length === 0) return [];
  const restoring = new Set(diff(observed, left.desired, policy).map(describeOperation));
  if (restoring.size === 0) return [];
  return operations.filter((operation) => {
    const text = describeOperation(operation);
    return restoring.has(text) && !left.undone.has(text);
  });
}

function namesAfter(table: Table, outcomes: readonly Outcome[]): ReadonlySet<ServiceName> {
  const names = new Set(table.map(({ service }) => formatServiceId(service.id)));
  for (const { operation } of outcomes.filter(isApplied)) {
    if (operation.type === 'addService') names.add(formatServiceId(operation.service.id));
    if (operation.type === 'deleteService') names.delete(formatServiceId(operation.service.id));
  }
  return names;
}

const isOvertaken = ({ result }: Outcome): boolean => result === 'overtaken';
