// One form for each table, so that equal tables are deeply equal and every director enters real servers in
// the same order (mh builds its lookup table in the order of the list: kernel ip_vs_mh.c).
// A wanted table gets the kernel's form (canonicalTable); one that was read is in it already and is only
// sorted (readTable): a port that another tool set has to stay visible, or it could never be repaired.
// Source: linux/ip_vs.h, net/netfilter/ipvs/ip_vs_ctl.c, ipvsadm 1.31. What should exist is desire.ts's.

import {
  type Destination,
  type DestinationName,
  destinationName,
  type ServiceEntry,
  type ServiceId,
  serviceFamily,
  type Table,
  tablePort,
  type VirtualService,
} from '../model/ipvs.ts';
import { familyOf, type Ip, ipBytes } from '../net/ip.ts';

/** A wanted table in the kernel's form; of two destinations with one address and port the last stays. */
export const canonicalTable = (table: Table): Table => inTableOrder(table.map(canonicalEntry));

/** A table as the kernel gave it, sorted, less everything that is observation only. */
export const readTable = (observed: Table): Table => inTableOrder(observed.map(readEntry));

/** Entries are never changed in place, and those that have not changed are the same at the next look (kernel/ipvs.ts). */
const readEntries = new WeakMap<ServiceEntry, ServiceEntry>();

function readEntry(entry: ServiceEntry): ServiceEntry {
  const known = readEntries.get(entry);
  if (known !== undefined) return known;
  const read = {
    service: canonicalService(entry.service),
    destinations: sortedDestinations(entry.destinations.map(bareDestination)),
  };
  readEntries.set(entry, read);
  return read;
}

/** Canonical entries in the order in which they stand in every table. */
export const inTableOrder = (entries: readonly ServiceEntry[]): Table =>
  sortedBy(entries, ({ service }) => serviceSortKey(service.id));

const sortKeys = new WeakMap<ServiceId, string>();

export function canonicalEntry({ service, destinations }: ServiceEntry): ServiceEntry {
  const byName = new Map<DestinationName, Destination>();
  for (const destination of destinations) {
    const canonical = canonicalDestination(service.id, destination);
    byName.set(destinationName(canonical), canonical);
  }
  return { service: canonicalService(service), destinations: sortedDestinations([...byName.values()]) };
}

export function canonicalService(service: VirtualService): VirtualService {
  const { id, scheduler, schedFlags, persistenceSec, persistencePrefix, persistenceEngine, ops } = service;
  return {
    id,
    scheduler,
    schedFlags: [...new Set(schedFlags.map((flag) => flagName(scheduler, flag)))].sort(),
    ...(persistenceSec === undefined ? {} : { persistenceSec }),
    // The granularity means nothing without persistence (IP_VS_SVC_F_PERSISTENT), whatever was left there.
    persistencePrefix: persistenceSec === undefined ? hostPrefix(id) : persistencePrefix,
    ...(persistenceEngine === undefined ? {} : { persistenceEngine }),
    ops,
  };
}

/** Flags are three positional bits (IP_VS_SVC_F_SCHED1 to 3); sh and mh give two of them names of their own. */
function flagName(scheduler: string, flag: string): string {
  if (scheduler !== 'sh' && scheduler !== 'mh') return flag;
  if (flag === 'flag-1') return `${scheduler}-fallback`;
  return flag === 'flag-2' ? `${scheduler}-port` : flag;
}

/** The destination under the port it really has in the kernel. */
export const canonicalDestination = (id: ServiceId, destination: Destination): Destination => ({
  ...bareDestination(destination),
  port: tablePort(id, destination),
});

/** 32 or 128: the granularity of persistence where none was asked for. */
export const hostPrefix = (id: ServiceId): 32 | 128 => (serviceFamily(id) === 'inet6' ? 128 : 32);

/** Whether two canonical services of one id are configured alike. */
export const sameService = (a: VirtualService, b: VirtualService): boolean =>
  a.scheduler === b.scheduler &&
  a.schedFlags.join() === b.schedFlags.join() &&
  a.persistenceSec === b.persistenceSec &&
  a.persistencePrefix === b.persistencePrefix &&
  a.persistenceEngine === b.persistenceEngine &&
  a.ops === b.ops;

export const sameDestination = (a: Destination, b: Destination): boolean =>
  a.address === b.address &&
  a.port === b.port &&
  a.forward === b.forward &&
  a.tunnel?.type === b.tunnel?.type &&
  a.tunnel?.port === b.tunnel?.port &&
  a.tunnel?.checksum === b.tunnel?.checksum &&
  a.weight === b.weight &&
  a.upperThreshold === b.upperThreshold &&
  a.lowerThreshold === b.lowerThreshold;

/** Without what only the kernel counts, and without a tunnel that its method has no use for. */
const bareDestination = (destination: Destination): Destination => ({
  address: destination.address,
  port: destination.port,
  forward: destination.forward,
  ...(destination.tunnel !== undefined && destination.forward === 'ipip' && { tunnel: destination.tunnel }),
  weight: destination.weight,
  upperThreshold: destination.upperThreshold,
  lowerThreshold: destination.lowerThreshold,
});

const sortedDestinations = (destinations: readonly Destination[]): readonly Destination[] =>
  sortedBy(destinations, ({ address, port }) => `${ipSortKey(address)} ${padded(port)}`);

function serviceSortKey(id: ServiceId): string {
  const key = sortKeys.get(id) ?? sortKeyOf(id);
  sortKeys.set(id, key);
  return key;
}

/** Addresses first, by address, port and protocol; then firewall marks, by family and number. */
function sortKeyOf(id: ServiceId): string {
  if (id.kind === 'fwmark') return `f ${id.family} ${padded(id.fwmark)}`;
  return `a ${ipSortKey(id.address)} ${padded(id.port)} ${id.protocol}`;
}

const ipSortKey = (address: Ip): string =>
  `${familyOf(address)} ${Buffer.from(ipBytes(address)).toString('hex')}`;
const padded = (number: number): string => String(number).padStart(10, '0');

/** Keys are made once an item: a table of ten thousand servers is sorted every few seconds. */
function sortedBy<T>(items: readonly T[], keyOf: (item: T) => string): readonly T[] {
  const keyed = items.map((item) => ({ item, key: keyOf(item) }));
  if (keyed.every(({ key }, index) => index === 0 || (keyed[index - 1]?.key ?? '') <= key)) return items;
  keyed.sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0));
  return keyed.map(({ item }) => item);
}
