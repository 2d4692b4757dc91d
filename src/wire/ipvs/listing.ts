// Entries of IPVS dumps (linux/ip_vs.h) with all that there is to show of them: what entries.ts reads, and
// the traffic, its rates, and a netmask that no prefix length describes.
// For commands that list; the daemon reads the table without them.

import { type Destination, serviceFamily, type VirtualService } from '../../model/ipvs.ts';
import type { Family } from '../../net/ip.ts';
import { formatNetmask } from '../../net/prefix.ts';
import { decodeGeneric, encodeGeneric } from '../netlink/genetlink.ts';
import { type Attributes, readNested, readU32, readU64 } from '../netlink/netlink-attributes.ts';
import { STATS as COUNTED, DEST, IPVS_CMD_ATTR_DEST, IPVS_CMD_ATTR_SERVICE, SVC } from './attributes.ts';
import { type DestinationCounters, decodeDestination, decodeService } from './entries.ts';

const IPVS_GENL_VERSION = 1;
const IPVS_CMD_GET_INFO = 15;
const INFO = { version: 1, connectionTableSize: 2 } as const;
const SVC_STATS64 = 12;
const SVC_STATS = 10;

/** Attributes of a struct of statistics, in both widths: IPVS_STATS_ATTR_*. */
const STATS = {
  ...COUNTED,
  connectionsPerSec: 6,
  packetsInPerSec: 7,
  packetsOutPerSec: 8,
  bytesInPerSec: 9,
  bytesOutPerSec: 10,
} as const;

/** Since the entry was made or its counters were zeroed; per second as the kernel estimates it. */
export type Traffic = { readonly [Name in keyof typeof STATS]: number };

export type ListedService = VirtualService & {
  /** Of persistence: a dotted netmask in IPv4, which may have holes, a prefix length in IPv6. */
  readonly granularity: string;
  readonly traffic: Traffic;
};
export type ListedDestination = Destination & {
  readonly counters: DestinationCounters;
  readonly traffic: Traffic;
};

export type IpvsInfo = {
  /** "1.2.1" */
  readonly version: string;
  readonly connectionTableSize: number;
};

/** Asks for the version and the size of the connection table; answered with one message. */
export const encodeGetInfo = (): Uint8Array => encodeGeneric(IPVS_CMD_GET_INFO, IPVS_GENL_VERSION);

export function decodeInfo(payload: Uint8Array): IpvsInfo | undefined {
  const attributes = decodeGeneric(payload)?.attributes;
  const version = readU32(attributes?.get(INFO.version));
  const connectionTableSize = readU32(attributes?.get(INFO.connectionTableSize));
  if (version === undefined || connectionTableSize === undefined) return undefined;
  const parts = [version >>> 16, (version >>> 8) & 0xff, version & 0xff];
  return { version: parts.join('.'), connectionTableSize };
}

/** Undefined exactly where decodeService is. */
export function decodeListedService(payload: Uint8Array): ListedService | undefined {
  const service = decodeService(payload);
  const attributes = readNested(decodeGeneric(payload)?.attributes.get(IPVS_CMD_ATTR_SERVICE));
  if (service === undefined || attributes === undefined) return undefined;
  const traffic = decodeTraffic(attributes.get(SVC_STATS64), attributes.get(SVC_STATS));
  return { ...service, granularity: granularityOf(service, attributes.get(SVC.netmask)), traffic };
}

/** Undefined exactly where decodeDestination is. @param family as there. */
export function decodeListedDestination(payload: Uint8Array, family: Family): ListedDestination | undefined {
  const destination = decodeDestination(payload, family);
  const attributes = readNested(decodeGeneric(payload)?.attributes.get(IPVS_CMD_ATTR_DEST));
  if (destination === undefined || attributes === undefined) return undefined;
  return {
    ...destination,
    traffic: decodeTraffic(attributes.get(DEST.stats64), attributes.get(DEST.stats)),
  };
}

function granularityOf({ id, persistencePrefix }: VirtualService, netmask: Uint8Array | undefined): string {
  if (serviceFamily(id) === 'inet6') return String(persistencePrefix);
  return netmask?.length === 4 ? netmask.join('.') : formatNetmask(persistencePrefix);
}

/** 64-bit statistics where the kernel has them (4.1 and later). */
function decodeTraffic(wide: Uint8Array | undefined, narrow: Uint8Array | undefined): Traffic {
  const attributes: Attributes | undefined = readNested(wide) ?? readNested(narrow);
  const count = (type: number) => readU64(attributes?.get(type)) ?? readU32(attributes?.get(type)) ?? 0;
  return {
    connections: count(STATS.connections),
    packetsIn: count(STATS.packetsIn),
    packetsOut: count(STATS.packetsOut),
    bytesIn: count(STATS.bytesIn),
    bytesOut: count(STATS.bytesOut),
    connectionsPerSec: count(STATS.connectionsPerSec),
    packetsInPerSec: count(STATS.packetsInPerSec),
    packetsOutPerSec: count(STATS.packetsOutPerSec),
    bytesInPerSec: count(STATS.bytesInPerSec),
    bytesOutPerSec: count(STATS.bytesOutPerSec),
  };
}
