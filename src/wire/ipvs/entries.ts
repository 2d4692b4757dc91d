// Entries of IPVS dumps (linux/ip_vs.h) as values of the model, in canonical form: without the HASHED flag,
// netmasks as prefix lengths, flags by name. Attributes and flags the model has no word for are passed over: a
// kernel that counts more must not make every entry a stranger. Protocols, methods and tunnels it has no word for
// keep their number. An entry of another family, and a malformed one, is undefined.

import type { Destination, ServiceId, Tunnel, VirtualService } from '../../model/ipvs.ts';
import { type Family, type Ip, ipFromBytes, ipSize } from '../../net/ip.ts';
import { decodeGeneric } from '../netlink/genetlink.ts';
import {
  AF,
  type Attributes,
  findAttribute,
  readNested,
  readPort,
  readText,
  readU8,
  readU16,
  readU32,
  readU64,
} from '../netlink/netlink-attributes.ts';
import {
  CONN_F_FWD_MASK,
  DEST,
  FORWARDS,
  IPVS_CMD_ATTR_DEST,
  IPVS_CMD_ATTR_SERVICE,
  PROTOCOLS,
  STATS,
  SVC,
  SVC_F_ONEPACKET,
  SVC_F_PERSISTENT,
  TUNNEL_CHECKSUMS,
  TUNNEL_TYPE_IPIP,
  TUNNEL_TYPES,
  wordOf,
} from './attributes.ts';
import { decodeSchedFlags } from './sched-flags.ts';

/** What the kernel counts of a destination. */
export type DestinationCounters = {
  readonly activeConnections: number;
  readonly inactiveConnections: number;
  /** Clients that persistence keeps on it (templates), with connections at the moment or without. */
  readonly persistentClients: number;
  readonly connections: number;
  /** What went through it, in the direction as the client has it; absent where the kernel does not say. */
  readonly traffic?: DestinationTraffic;
};

export type DestinationTraffic = Readonly<
  Record<'packetsIn' | 'packetsOut' | 'bytesIn' | 'bytesOut', number>
>;

/** A service out of a dump; undefined where it is malformed or of a kind the model cannot name. */
export function decodeService(payload: Uint8Array): VirtualService | undefined {
  const attributes = readNested(decodeGeneric(payload)?.attributes.get(IPVS_CMD_ATTR_SERVICE));
  const family = decodeFamily(readU16(attributes?.get(SVC.family)));
  const scheduler = readText(attributes?.get(SVC.scheduler));
  const flags = readU32(attributes?.get(SVC.flags)?.subarray(0, 4));
  const timeout = readU32(attributes?.get(SVC.timeout));
  if (attributes === undefined || family === undefined || scheduler === undefined) return undefined;
  if (flags === undefined || timeout === undefined) return undefined;
  const id = decodeServiceId(attributes, family);
  const persistencePrefix = decodeNetmask(attributes.get(SVC.netmask), family);
  if (id === undefined || persistencePrefix === undefined) return undefined;
  const engine = readText(attributes.get(SVC.engine));
  return {
    id,
    scheduler,
    schedFlags: decodeSchedFlags(scheduler, flags),
    ...((flags & SVC_F_PERSISTENT) === 0 ? {} : { persistenceSec: timeout }),
    persistencePrefix,
    ...(engine === undefined || engine === '' ? {} : { persistenceEngine: engine }),
    ops: (flags & SVC_F_ONEPACKET) !== 0,
  };
}

/**
 * A destination out of a dump; undefined where it is malformed or of a kind the model cannot name.
 * @param serviceFamily the family where the kernel (before 3.18) does not say it.
 */
export function decodeDestination(
  payload: Uint8Array,
  serviceFamily: Family,
): (Destination & { readonly counters: DestinationCounters }) | undefined {
  const attributes = readNested(decodeGeneric(payload)?.attributes.get(IPVS_CMD_ATTR_DEST));
  if (attributes === undefined) return undefined;
  const family = attributes.has(DEST.family)
    ? decodeFamily(readU16(attributes.get(DEST.family)))
    : serviceFamily;
  const address = family && decodeAddress(attributes.get(DEST.address), family);
  const port = readPort(attributes.get(DEST.port));
  const method = readU32(attributes.get(DEST.forward));
  const weight = readU32(attributes.get(DEST.weight));
  if (address === undefined || port === undefined || method === undefined || weight === undefined) {
    return undefined;
  }
  // LOCALNODE (1) and BYPASS (4) can be set by no tool, and keep their number.
  const forward = wordOf(FORWARDS, 'method', method & CONN_F_FWD_MASK);
  const tunnel = forward === 'ipip' ? decodeTunnel(attributes) : undefined;
  return {
    address,
    port,
    forward,
    ...(tunnel === undefined ? {} : { tunnel }),
    weight,
    upperThreshold: readU32(attributes.get(DEST.upperThreshold)) ?? 0,
    lowerThreshold: readU32(attributes.get(DEST.lowerThreshold)) ?? 0,
    counters: decodeCounters(attributes),
  };
}

function decodeServiceId(attributes: Attributes, family: Family): ServiceId | undefined {
  const fwmark = readU32(attributes.get(SVC.fwmark));
  if (fwmark !== undefined) return { kind: 'fwmark', family, fwmark };
  const protocol = readU16(attributes.get(SVC.protocol));
  const address = decodeAddress(attributes.get(SVC.address), family);
  const port = readPort(attributes.get(SVC.port));
  if (protocol === undefined || address === undefined || port === undefined) return undefined;
  return { kind: 'address', protocol: wordOf(PROTOCOLS, 'protocol', protocol), address, port };
}

function decodeFamily(number: number | undefined): Family | undefined {
  return (['inet', 'inet6'] as const).find((family) => AF[family] === number);
}

function decodeAddress(value: Uint8Array | undefined, family: Family): Ip | undefined {
  if (value === undefined || value.length < ipSize(family)) return undefined;
  return ipFromBytes(value.subarray(0, ipSize(family)));
}

/** A mask with holes, which no prefix length describes, becomes 0: equal to nothing that can be asked for. */
function decodeNetmask(value: Uint8Array | undefined, family: Family): number | undefined {
  if (family === 'inet6') return readU32(value);
  if (value?.length !== 4) return undefined;
  const bits = [...value].map((byte) => byte.toString(2).padStart(8, '0')).join('');
  return /^1*0*$/.test(bits) ? bits.lastIndexOf('1') + 1 : 0;
}

/** The kernel (5.3 and later) says a tunnel of every destination, and heeds of it what the type needs only. */
function decodeTunnel(attributes: Attributes): Tunnel | undefined {
  const number = readU8(attributes.get(DEST.tunnelType)) ?? TUNNEL_TYPE_IPIP;
  if (number === TUNNEL_TYPE_IPIP) return undefined;
  const type = wordOf(TUNNEL_TYPES, 'type', number);
  const port = type === 'gre' ? 0 : (readPort(attributes.get(DEST.tunnelPort)) ?? 0);
  const flags = readU16(attributes.get(DEST.tunnelFlags)) ?? 0;
  return { type, port, checksum: wordOf(TUNNEL_CHECKSUMS, 'flags', flags) };
}

/** 64-bit statistics where the kernel has them (4.1 and later). */
function decodeCounters(attributes: Attributes): DestinationCounters {
  const [wide, narrow] = [attributes.get(DEST.stats64), attributes.get(DEST.stats)];
  const count = (type: number) =>
    readU64(findAttribute(wide, type)) ?? readU32(findAttribute(narrow, type)) ?? 0;
  return {
    activeConnections: readU32(attributes.get(DEST.active)) ?? 0,
    inactiveConnections: readU32(attributes.get(DEST.inactive)) ?? 0,
    persistentClients: readU32(attributes.get(DEST.persistent)) ?? 0,
    connections: count(STATS.connections),
    ...((wide ?? narrow) !== undefined && {
      traffic: {
        packetsIn: count(STATS.packetsIn),
        packetsOut: count(STATS.packetsOut),
        bytesIn: count(STATS.bytesIn),
        bytesOut: count(STATS.bytesOut),
      },
    }),
  };
}
