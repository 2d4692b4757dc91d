// One pass over the kernel's table: propose, tell, send, tell. Tells drift (somebody else changed what
// the last pass left) from changes of our own, and adoption (the first pass) from both. When passes happen,
// and what may be deleted, is reconcile-loop.ts's; what should exist is reconcile/'s.

import type { Journal } from '../../journal/event.ts';
import { formatServiceId, type Operation, type Table } from '../../model/ipvs.ts';
import type { Result } from '../../net/result.ts';
import type { Clock, Micros } from '../../ports/clock.ts';
import type { IpvsKernel, KernelError, ObservedService } from '../../ports/kernel.ts';
import { applyOperations, type Outcome } from '../../reconcile/apply.ts';
import { describeOperation } from '../../reconcile/describe.ts';
import type { DesiredService } from '../../reconcile/desire.ts';
import { diff, foreignServices } from '../../reconcile/diff.ts';
import { type ChangeCounts, countChanges } from '../../reconcile/plan.ts';
import { type CountedTable, type Goal, type Proposal, propose } from '../../reconcile/propose.ts';
import type { Departures } from './departures.ts';
import { createRefusals, type Refusals } from './refusals.ts';
import type { ServiceStory } from './service-story.ts';
import { createStrangers, type Strangers } from './strangers.ts';

/** A log line names this many changes and counts the others. */
const changesToldMax = 20;

export type TableKeeperOptions = {
  readonly kernel: IpvsKernel;
  readonly clock: Clock;
  readonly journal: Journal;
  readonly story: ServiceStory;
  readonly departures: Departures;
};

export type Applied = ChangeCounts & { readonly at: Micros; readonly ms: number };

export type TableKeeper = {
  readonly read: () => Promise<Result<readonly ObservedService[], KernelError>>;
  /** @param table as it was just read. @returns the names of the services in the table afterwards. */
  readonly pass: (table: CountedTable, goal: Goal) => Promise<ReadonlySet<string>>;
  /** Deletes these services, as far as `table` holds them. @returns as pass. */
  readonly remove: (table: Table, services: ReadonlySet<string>) => Promise<ReadonlySet<string>>;
  /** The table as it was read last. */
  readonly observed: () => readonly ObservedService[];
  readonly observedAt: () => Micros | undefined;
  readonly desired: () => Table;
  /** Who was to serve each service after the last pass, by name. */
  readonly services: () => ReadonlyMap<string, DesiredService>;
  readonly strangers: Pick<Strangers, 'foreign' | 'unknown'>;
  readonly lastApplied: () => Applied | undefined;
  readonly driftRepairs: () => number;
  /** Passes in a row in which somebody changed the table between the look at it and the change. */
  readonly races: () => number;
  readonly refusals: Refusals;
};

/** What a pass left: the table it wanted, and the operations that it could not bring about. */
type Left = {
  readonly desired: Table;
  readonly services: ReadonlyMap<string, DesiredService>;
  readonly undone: ReadonlySet<string>;
};

export function createTableKeeper(options: TableKeeperOptions): TableKeeper {
  const { kernel, clock, journal, story, departures } = options;
  const refusals = createRefusals();
  const strangers = createStrangers(journal);
  let observed: readonly ObservedService[] = [];
  let observedAt: Micros | undefined;
  let left: Left | undefined;
  let lastApplied: Applied | undefined;
  let driftRepairs = 0;
  let races = 0;

  const read = async () => {
    const answer = await kernel.observe();
    if (answer.ok) [observed, observedAt] = [answer.value, clock.now()];
    return answer;
  };

  const pass = async (table: CountedTable, goal: Goal) => {
    const proposal = propose(table, goal);
    strangers.tell(proposal, goal, kernel.unreadable());
    if (left === undefined) tellAdopted(proposal, goal);
    else tellDrift(driftIn(proposal, goal, left));
    story.tell(goal.virtuals, proposal.services);
    const outcomes = await send(refusals.due(proposal.operations, clock.now()));
    departures.passed(proposal);
    const done = new Set(outcomes.filter(isApplied).map(({ operation }) => operation));
    const overtaken = new Set(outcomes.filter(isOvertaken).map(({ operation }) => operation));
    const undone = proposal.operations.filter((each) => !done.has(each) && !overtaken.has(each));
    races = overtaken.size === 0 ? 0 : races + 1;
    const services = new Map(
      proposal.services.map((each) => [formatServiceId(each.entry.service.id), each] as const),
    );
    left = { desired: proposal.desired, services, undone: new Set(undone.map(describeOperation)) };
    return namesAfter(table, outcomes);
  };

  const remove = async (table: Table, services: ReadonlySet<string>) => {
    const theirs = table.filter(({ service }) => services.has(formatServiceId(service.id)));
    const outcomes = await send(theirs.map(({ service }): Operation => ({ type: 'deleteService', service })));
    return namesAfter(table, outcomes);
  };

  const send = async (operations: readonly Operation[]): Promise<readonly Outcome[]> => {
    const startedAt = clock.now();
    const outcomes = await applyOperations(kernel, operations);
    const applied = outcomes.filter(isApplied).map(({ operation }) => operation);
    if (applied.length > 0) {
      const counts = countChanges(applied);
      lastApplied = { ...counts, at: clock.now(), ms: (clock.now() - startedAt) / 1000 };
      journal({ event: 'ipvs.applied', ...counts, ms: lastApplied.ms, changes: tellChanges(applied) });
    }
    for (const { operation, code, reason, retryMs } of refusals.record(outcomes, clock.now())) {
      journal({ event: 'ipvs.failed', operation, code, reason, retry_s: retryMs / 1000 });
    }
    return outcomes;
  };

  const tellAdopted = ({ observed: table, desired, operations }: Proposal, { policy }: Goal) => {
    const theirs = new Set(foreignServices(table, desired, policy.owned));
    const ours = table.filter(({ service }) => !theirs.has(formatServiceId(service.id)));
    if (ours.length === 0) return;
    const destinations = ours.reduce((sum, entry) => sum + entry.destinations.length, 0);
    journal({
      event: 'ipvs.adopted',
      services: ours.length,
      destinations,
      operations: operations.length,
    });
  };

  const tellDrift = (operations: readonly Operation[]) => {
    if (operations.length === 0) return;
    driftRepairs += 1;
    journal({ event: 'ipvs.drift', operations: operations.length, changes: tellChanges(operations) });
  };

  return {
    read,
    pass,
    remove,
    observed: () => observed,
    observedAt: () => observedAt,
    desired: () => left?.desired ?? [],
    services: () => left?.services ?? new Map(),
    strangers,
    lastApplied: () => lastApplied,
    driftRepairs: () => driftRepairs,
    races: () => races,
    refusals,
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

function namesAfter(table: Table, outcomes: readonly Outcome[]): ReadonlySet<string> {
  const names = new Set(table.map(({ service }) => formatServiceId(service.id)));
  for (const { operation } of outcomes.filter(isApplied)) {
    if (operation.type === 'addService') names.add(formatServiceId(operation.service.id));
    if (operation.type === 'deleteService') names.delete(formatServiceId(operation.service.id));
  }
  return names;
}

const isApplied = ({ result }: Outcome): boolean => result === 'applied';
const isOvertaken = ({ result }: Outcome): boolean => result === 'overtaken';

function tellChanges(operations: readonly Operation[]): readonly string[] {
  const told = operations.slice(0, changesToldMax).map(describeOperation);
  const rest = operations.length - told.length;
  return rest === 0 ? told : [...told, `and ${rest} more`];
}
