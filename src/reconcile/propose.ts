// Observe -> desire -> diff in one call: what the daemon is about to do, and what `plan` shows. Pure; sending
// is apply.ts's.
import type { VirtualConfig } from '../model/config/service.ts';
import {
  type Destination,
  destinationName,
  formatServiceId,
  type Operation,
  type ServiceName,
  type Table,
  type VirtualService,
} from '../model/ipvs.ts';
import type { VerdictOf } from '../model/verdict.ts';
import { inTableOrder, readTable } from './canonical.ts';
import { checkServicesOf, isCheckService } from './check-services.ts';
import { type DesiredService, desireServices, type Moment, tableOf } from './desire.ts';
import { type DiffPolicy, diff } from './diff.ts';
import { type Connections, type LeavingContext, type LeavingServer, letServersLeave } from './leaving.ts';

export type Goal = Moment & {
  readonly virtuals: readonly VirtualConfig[];
  readonly verdictOf: VerdictOf;
  readonly policy: DiffPolicy;
  /** Absent: whoever is not wanted goes at once. */
  readonly leaving?: Omit<LeavingContext, 'connectionsOf'>;
};

/** A table with what the kernel counts, or without. */
export type CountedTable = readonly {
  readonly service: VirtualService;
  readonly destinations: readonly (Destination & { readonly counters?: Connections })[];
}[];

export type Proposal = {
  readonly observed: Table;
  /** In the order of the configuration. */
  readonly services: readonly DesiredService[];
  readonly desired: Table;
  /** Who leaves slowly. */
  readonly leavingServer?: LeavingServer;
  /** In the order to be sent. */
  readonly operations: readonly Operation[];
};

/** @param kernelTable as the kernel gave it, in any order. */
export function propose(
  kernelTable: CountedTable,
  { virtuals, verdictOf, policy, leaving, ...moment }: Goal,
): Proposal {
  const observed = readTable(kernelTable);
  const services = desireServices(virtuals, verdictOf, observed, moment);
  const wanted = tableOf(services);
  const inView = observed.filter(({ service }) => !isCheckService(service.id));
  const leavingServer =
    leaving && leavingServerFrom(kernelTable, { observed: inView, wanted, virtuals, policy }, leaving);
  const desired = withCheckServices(leavingServer?.desired ?? wanted, virtuals);
  return {
    ...{ observed, services, desired, operations: diff(observed, desired, policy) },
    ...(leavingServer !== undefined && { leavingServer }),
  };
}

/** Nobody's connections: those that are not wanted any more go at once. */
function withCheckServices(table: Table, virtuals: readonly VirtualConfig[]): Table {
  const services = checkServicesOf(virtuals);
  if (services.size === 0) return table;
  return inTableOrder([...table, ...[...services.values()].map(({ entry }) => entry)]);
}

type Tables = Pick<Goal, 'virtuals' | 'policy'> & { readonly observed: Table; readonly wanted: Table };

function leavingServerFrom(
  kernelTable: CountedTable,
  { observed, wanted, virtuals, policy }: Tables,
  leaving: Omit<LeavingContext, 'connectionsOf'>,
): LeavingServer {
  const mayDelete = (service: ServiceName) => policy.owned.has(service);
  const connectionsOf = countersIn(kernelTable);
  return letServersLeave({ virtuals, observed, desired: wanted, mayDelete }, { ...leaving, connectionsOf });
}

/** Looked up only for those who leave: a table may have ten thousand servers. */
function countersIn(table: CountedTable): LeavingContext['connectionsOf'] {
  let services: ReadonlyMap<ServiceName, CountedTable[number]['destinations']> | undefined;
  return (service, real) => {
    services ??= new Map(table.map((entry) => [formatServiceId(entry.service.id), entry.destinations]));
    const held = services.get(service)?.find((destination) => destinationName(destination) === real);
    return held?.counters ?? none;
  };
}

const none: Connections = { activeConnections: 0, inactiveConnections: 0, persistentClients: 0 };
