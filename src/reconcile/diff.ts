// The operations that make one table into another, as plain data: `plan` prints what apply would send.
// Pure. A service that is neither wanted nor owned belongs to somebody else and is left alone, unless the
// policy says to remove it. What is of a kind that nobody here has a word for is never deleted: only where the
// configuration names its place is it made what it should be. Within a service the order never leaves it without a usable server: order.ts.

import {
  destinationName,
  formatServiceId,
  type Operation,
  type ServiceEntry,
  type ServiceName,
  type Table,
} from '../model/ipvs.ts';
import { sameDestination, sameService } from './canonical.ts';
import { makeBeforeBreak } from './order.ts';
import { isKnownDestination, isKnownService } from './unknown-kinds.ts';

export type DiffPolicy = {
  /** Services that may be deleted: this configuration's and the previous run's. */
  readonly owned: ReadonlySet<ServiceName>;
  readonly foreign: 'keep' | 'remove';
};

/**
 * @param observed as readTable gives it. @param desired as canonicalTable gives it.
 * @returns in the order to be sent; empty for equal tables.
 */
export function diff(observed: Table, desired: Table, policy: DiffPolicy): readonly Operation[] {
  const present = new Map(observed.map((entry) => [formatServiceId(entry.service.id), entry]));
  const wanted = new Set(desired.map((entry) => formatServiceId(entry.service.id)));
  const changes = desired.flatMap((entry) =>
    makeBeforeBreak(diffService(present.get(formatServiceId(entry.service.id)), entry)),
  );
  const mayDelete = (name: ServiceName) => policy.owned.has(name) || policy.foreign === 'remove';
  const leftovers = [...present].filter(
    ([name, { service }]) => !wanted.has(name) && mayDelete(name) && isKnownService(service.id),
  );
  return [...changes, ...leftovers.map(([, { service }]): Operation => ({ type: 'deleteService', service }))];
}

/** The services in `observed` that nobody here wants or owns. */
export function foreignServices(
  observed: Table,
  desired: Table,
  owned: ReadonlySet<ServiceName>,
): readonly ServiceName[] {
  const ours = new Set([...owned, ...desired.map((entry) => formatServiceId(entry.service.id))]);
  return observed.map((entry) => formatServiceId(entry.service.id)).filter((name) => !ours.has(name));
}

/** What was found equal: entries are never changed in place, and most are the very same in the next comparison. */
const equals = new WeakMap<ServiceEntry, ServiceEntry>();

function diffService(observed: ServiceEntry | undefined, desired: ServiceEntry): readonly Operation[] {
  if (observed === undefined) {
    const { service } = desired;
    return [{ type: 'addService', service }, ...diffDestinations({ service, destinations: [] }, desired)];
  }
  if (equals.get(desired) === observed) return [];
  const operations = diffEntries(observed, desired);
  if (operations.length === 0) equals.set(desired, observed);
  return operations;
}

function diffEntries(observed: ServiceEntry, desired: ServiceEntry): readonly Operation[] {
  const { service } = desired;
  const edit: readonly Operation[] = sameService(observed.service, service)
    ? []
    : [{ type: 'editService', service, before: observed.service }];
  return [...edit, ...diffDestinations(observed, desired)];
}

function diffDestinations(observed: ServiceEntry, desired: ServiceEntry): readonly Operation[] {
  const service = desired.service.id;
  const leftover = new Map(observed.destinations.map((held) => [destinationName(held), held]));
  const changes = desired.destinations.flatMap((destination): readonly Operation[] => {
    const name = destinationName(destination);
    const before = leftover.get(name);
    leftover.delete(name);
    if (before === undefined) return [{ type: 'addDestination', service, destination }];
    if (sameDestination(before, destination)) return [];
    return [{ type: 'editDestination', service, destination, before }];
  });
  const deletes = [...leftover.values()]
    .filter(isKnownDestination)
    .map((destination): Operation => ({ type: 'deleteDestination', service, destination }));
  return [...changes, ...deletes];
}
