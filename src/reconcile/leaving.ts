// Servers that leave the table slowly: weight 0 first, so that none gets a new connection, then out when their last
// connection has ended or their time is up. Which they are: those that the configuration does not name any more, in a
// service with a drain_timeout, and those that the operator drains with one. A service that is dropped goes with its
// last server. Pure: what is to be remembered from one pass to the next is given back as a value.
// What counts as a connection: active and inactive ones (UDP has no others; of a TCP connection whose client has shut
// its side with gate or ipip, the kernel sees no more), and clients that persistence keeps on the server, as their next
// connection still goes to it (net/netfilter/ipvs/ip_vs_conn.c, ip_vs_bind_dest). Reasons: docs/architecture.md.

import type { VirtualConfig } from '../model/config/service.ts';
import {
  type Destination,
  type DestinationName,
  destinationName,
  formatServiceId,
  nameInTable,
  type RealName,
  realName,
  type ServiceEntry,
  type ServiceName,
  type Table,
} from '../model/ipvs.ts';
import { type ServerKey, serverKey } from '../model/names.ts';
import { entriesOf } from '../net/record.ts';
import type { Micros } from '../ports/clock.ts';
import { inTableOrder, readTable } from './canonical.ts';
import { tiersOf } from './fallback.ts';
import { isKnownDestination } from './unknown-kinds.ts';

/** What the kernel counts of a server. */
export type Connections = {
  readonly activeConnections: number;
  readonly inactiveConnections: number;
  readonly persistentClients: number;
};

/** Of a service that is configured with a drain_timeout, or was when its servers began to leave. */
export type LeavingTerms = { readonly timeoutMs: number; readonly cleanstop: boolean };

/** What has to survive a restart. */
export type LeavingState = {
  readonly terms: Readonly<Record<ServiceName, LeavingTerms>>;
  /** Since when servers that are not configured any more have been leaving. */
  readonly since: Readonly<Record<ServerKey<DestinationName>, Micros>>;
};

/** The operator's word. @property deadline absent: as long as it takes, and it stays in the table at weight 0. */
export type Drain = { readonly since: Micros; readonly deadline?: Micros };

export type LeavingContext = {
  readonly state: LeavingState;
  readonly now: Micros;
  /** Absent: nobody is drained. */
  readonly drainOf?: (service: ServiceName, real: RealName) => Drain | undefined;
  /** Whether we put that server into the table: a stranger's goes at once. */
  readonly wasOurs: (service: ServiceName, real: DestinationName) => boolean;
  readonly connectionsOf: (service: ServiceName, real: DestinationName) => Connections;
};

/** A server on its way out. */
export type Leaving = {
  readonly service: ServiceName;
  readonly real: DestinationName;
  readonly since: Micros;
  readonly deadline?: Micros;
  readonly by: 'operator' | 'configuration';
  readonly connections: Connections;
  /** 'stays': the operator named no time, and its last connection has ended. */
  readonly end?: 'empty' | 'deadline' | 'stays';
};

export type LeavingServer = {
  /** The desired table with the servers that leave, and without those that have left. */
  readonly desired: Table;
  /** In the order of the table. */
  readonly servers: readonly Leaving[];
  readonly state: LeavingState;
};

export const nobodyLeaves: LeavingState = { terms: {}, since: {} };

/** What is there, what is to be there but for those who leave, and whose the services are. */
export type LeavingTables = {
  readonly virtuals: readonly VirtualConfig[];
  /** As readTable gives it. */
  readonly observed: Table;
  /** Canonical. */
  readonly desired: Table;
  /** Services that may be deleted where nobody wants them. */
  readonly mayDelete: (service: ServiceName) => boolean;
};

export function letServersLeave(tables: LeavingTables, context: LeavingContext): LeavingServer {
  if (mayNobodyLeave(tables.virtuals, context)) {
    return { desired: tables.desired, servers: [], state: nobodyLeaves };
  }
  const terms = termsOf(tables.virtuals, context.state);
  const rooms = roomsOf(tables, terms, context);
  const left = rooms.map((room) => ({
    room,
    servers: [...droppedIn(room, context), ...drainedIn(room, context)],
  }));
  const servers = left.flatMap((each) => each.servers);
  return {
    desired: inTableOrder(left.flatMap(({ room, servers: theirs }) => furnish(room, theirs) ?? [])),
    servers,
    state: stateOf(servers, tables.virtuals, terms),
  };
}

/** As mostly: nothing gives anybody a time to leave, now or from before. */
const mayNobodyLeave = (virtuals: readonly VirtualConfig[], { state, drainOf }: LeavingContext): boolean =>
  drainOf === undefined &&
  Object.keys(state.terms).length === 0 &&
  Object.keys(state.since).length === 0 &&
  virtuals.every(({ drainTimeoutMs = 0 }) => drainTimeoutMs === 0);

/** One service: at least one of the three is there. */
type Room = {
  readonly name: ServiceName;
  readonly virtual?: VirtualConfig;
  readonly held?: ServiceEntry;
  readonly goal?: ServiceEntry;
  readonly timeoutMs: number;
  /** Those of its servers that the operator drains, in the table or not. */
  readonly drains: readonly { readonly real: DestinationName; readonly drain: Drain }[];
};

function roomsOf(
  { virtuals, observed, desired, mayDelete }: LeavingTables,
  terms: LeavingState['terms'],
  context: LeavingContext,
): readonly Room[] {
  const [held, goals] = [byName(observed), byName(desired)];
  const configured = new Map(virtuals.map((virtual) => [formatServiceId(virtual.id), virtual]));
  const names = [...held.keys()].filter((name) => !goals.has(name) && mayDelete(name));
  return [...goals.keys(), ...names].map((name) => {
    const [virtual, entry, goal] = [configured.get(name), held.get(name), goals.get(name)];
    return {
      name,
      ...(virtual !== undefined && { virtual }),
      ...(entry !== undefined && { held: entry }),
      ...(goal !== undefined && { goal }),
      timeoutMs: terms[name]?.timeoutMs ?? 0,
      drains: virtual === undefined ? [] : drainsOf(virtual, name, context),
    };
  });
}

const byName = (table: Table): ReadonlyMap<ServiceName, ServiceEntry> =>
  new Map(table.map((entry) => [formatServiceId(entry.service.id), entry]));

/** Those that the configuration does not name, less those that serve on until others can. */
function droppedIn(
  { name, virtual, held, goal, timeoutMs }: Room,
  context: LeavingContext,
): readonly Leaving[] {
  const { since: before } = context.state;
  if (held === undefined || (timeoutMs === 0 && Object.keys(before).length === 0)) return [];
  const named = new Set(virtual === undefined ? [] : destinationsOf(virtual));
  for (const server of goal?.destinations ?? []) if (server.weight > 0) named.add(destinationName(server));
  return held.destinations.flatMap((destination): readonly Leaving[] => {
    const real = destinationName(destination);
    if (named.has(real) || !isKnownDestination(destination)) return [];
    const begun = before[serverKey(name, real)];
    if (begun === undefined && (timeoutMs === 0 || !context.wasOurs(name, real))) return [];
    const since = Math.min(begun ?? context.now, context.now);
    const drain = { since, deadline: since + timeoutMs * 1000 };
    return [leavingOf({ service: name, real, by: 'configuration' }, destination, drain, context)];
  });
}

const destinationsOf = (virtual: VirtualConfig): readonly DestinationName[] => [
  ...virtual.reals.map((real) => nameInTable(virtual.id, real)),
  ...tiersOf(virtual).map(destinationName),
];

/** Those that are in the table; one that is not has nothing to end. */
function drainedIn({ name, held, drains }: Room, context: LeavingContext): readonly Leaving[] {
  if (held === undefined || drains.length === 0) return [];
  const present = new Map(
    held.destinations.map((destination) => [destinationName(destination), destination]),
  );
  return drains.flatMap(({ real, drain }) => {
    const destination = present.get(real);
    const about = { service: name, real, by: 'operator' } as const;
    return destination === undefined ? [] : [leavingOf(about, destination, drain, context)];
  });
}

const drainsOf = (virtual: VirtualConfig, name: ServiceName, { drainOf }: LeavingContext): Room['drains'] =>
  virtual.reals.flatMap((each) => {
    const drain = drainOf?.(name, realName(virtual.id, each));
    return drain === undefined ? [] : [{ real: nameInTable(virtual.id, each), drain }];
  });

/** It must have been seen at weight 0 without connections: until then it may have got one since it was looked at. */
function leavingOf(
  about: Pick<Leaving, 'service' | 'real' | 'by'>,
  { weight }: Destination,
  { since, deadline }: Drain,
  { now, connectionsOf }: LeavingContext,
): Leaving {
  const connections = connectionsOf(about.service, about.real);
  const { activeConnections, inactiveConnections, persistentClients } = connections;
  const isEmpty = weight === 0 && activeConnections + inactiveConnections + persistentClients === 0;
  const leaving = { ...about, since, ...(deadline !== undefined && { deadline }), connections };
  if (isEmpty) return { ...leaving, end: deadline === undefined ? 'stays' : 'empty' };
  return deadline !== undefined && now >= deadline ? { ...leaving, end: 'deadline' } : leaving;
}

/** @returns undefined for a service that goes. */
function furnish({ drains, held, goal }: Room, servers: readonly Leaving[]): ServiceEntry | undefined {
  if (servers.length + drains.length === 0) return goal;
  const going = new Set(servers.flatMap(({ end, real }) => (end === undefined ? [real] : [])));
  // Drained by the operator with a time, and not on their way any more: they stay out.
  const gone = new Set(
    drains.flatMap(({ real, drain }) => (drain.deadline === undefined || going.has(real) ? [] : [real])),
  );
  const kept = (goal?.destinations ?? []).filter(
    (destination) => destination.weight > 0 || !gone.has(destinationName(destination)),
  );
  const dropped = new Set(
    servers.flatMap(({ by, end, real }) => (by === 'configuration' && end === undefined ? [real] : [])),
  );
  const leaving = (held?.destinations ?? [])
    .filter((destination) => dropped.has(destinationName(destination)))
    .map((destination) => ({ ...destination, weight: 0 }));
  const service = goal?.service ?? (leaving.length > 0 ? held?.service : undefined);
  return service && readTable([{ service, destinations: [...kept, ...leaving] }])[0];
}

function termsOf(virtuals: readonly VirtualConfig[], { terms }: LeavingState): LeavingState['terms'] {
  const configured = virtuals.map(({ id, drainTimeoutMs: timeoutMs = 0, cleanstop }) => {
    return [formatServiceId(id), { timeoutMs, cleanstop }] as const;
  });
  return { ...terms, ...Object.fromEntries(configured) };
}

/** Terms of services that are neither configured nor leaving are forgotten. */
function stateOf(
  servers: readonly Leaving[],
  virtuals: readonly VirtualConfig[],
  terms: LeavingState['terms'],
): LeavingState {
  const going = servers.filter(({ by, end }) => by === 'configuration' && end === undefined);
  const names = new Set([
    ...virtuals.map(({ id }) => formatServiceId(id)),
    ...going.map(({ service }) => service),
  ]);
  return {
    terms: Object.fromEntries(
      entriesOf(terms).filter(([name, { timeoutMs }]) => names.has(name) && timeoutMs > 0),
    ),
    since: Object.fromEntries(going.map(({ service, real, since }) => [serverKey(service, real), since])),
  };
}
