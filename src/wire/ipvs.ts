// IPVS over generic netlink (linux/ip_vs.h): operations of the model -> commands, and the kernel's services and
// destinations -> values of the model in their canonical form. Attributes the model has no word for are passed
// over; a service or destination of a kind it cannot name (another protocol, another family) is undefined.
import { type Family, familyOf, type Ip, ipBytes, ipFromBytes, ipSize } from '../net/ip.ts';
import { netmaskBytes } from '../net/prefix.ts';
import type {
  Destination,
  Forward,
  Operation,
  Protocol,
  ServiceId,
  VirtualService,
} from '../reconcile/model.ts';
import { decodeGeneric, encodeGeneric } from './genetlink.ts';
import { decodeSchedFlags, encodeSchedFlags } from './ipvs-sched-flags.ts';
import {
  type Attributes,
  openAttribute,
  readNested,
  readPort,
  readText,
  readU16,
  readU32,
  readU64,
  writeAttribute,
  writeNested,
  writeText,
  writeU16,
  writeU32,
} from './netlink-attributes.ts';
import type { Writer } from './writer.ts';

export const IPVS_GENL_NAME = 'IPVS';
const IPVS_GENL_VERSION = 1;

const COMMANDS: Readonly<Record<Operation['type'], number>> = {
  addService: 1,
  editService: 2,
  deleteService: 3,
  addDestination: 5,
  editDestination: 6,
  deleteDestination: 7,
};
const IPVS_CMD_GET_SERVICE = 4;
const IPVS_CMD_GET_DEST = 8;
const IPVS_CMD_ATTR_SERVICE = 1;
const IPVS_CMD_ATTR_DEST = 2;

const SVC = {
  family: 1,
  protocol: 2,
  address: 3,
  port: 4,
  fwmark: 5,
  scheduler: 6,
  flags: 7,
  timeout: 8,
  netmask: 9,
  engine: 11,
} as const;
const DEST = {
  address: 1,
  port: 2,
  forward: 3,
  weight: 4,
  upperThreshold: 5,
  lowerThreshold: 6,
  active: 7,
  inactive: 8,
  stats: 10,
  family: 11,
  stats64: 12,
} as const;
const STATS_CONNECTIONS = 1;

const SVC_F_PERSISTENT = 0x1;
/** Set by the kernel alone: neither sent nor compared. */
const SVC_F_HASHED = 0x2;
const SVC_F_ONEPACKET = 0x4;
const CONN_F_FWD_MASK = 0x7;

const AF: Readonly<Record<Family, number>> = { inet: 2, inet6: 10 };
const PROTOCOLS: Readonly<Record<Protocol, number>> = { tcp: 6, udp: 17, sctp: 132 };
const FORWARDS: Readonly<Record<Forward, number>> = { masq: 0, ipip: 2, gate: 3 };

/** What the kernel counts of a destination. */
export type DestinationCounters = {
  readonly activeConnections: number;
  readonly inactiveConnections: number;
  readonly connections: number;
};

/** The generic payload of one operation. @throws RangeError where a value does not fit its attribute. */
export function encodeOperation(operation: Operation): Uint8Array {
  return encodeGeneric(COMMANDS[operation.type], IPVS_GENL_VERSION, (writer) => {
    switch (operation.type) {
      case 'addService':
      case 'editService':
        return writeService(writer, operation.service);
      case 'deleteService':
        return writeServiceId(writer, operation.service.id);
      case 'addDestination':
      case 'editDestination':
        writeServiceId(writer, operation.service);
        return writeDestination(writer, operation.destination);
      case 'deleteDestination':
        writeServiceId(writer, operation.service);
        return writeDestinationId(writer, operation.destination);
    }
  });
}

/** Asks for every service; to be sent as a dump. */
export const encodeGetServices = (): Uint8Array => encodeGeneric(IPVS_CMD_GET_SERVICE, IPVS_GENL_VERSION);

/** Asks for every destination of one service; to be sent as a dump. */
export const encodeGetDestinations = (service: ServiceId): Uint8Array =>
  encodeGeneric(IPVS_CMD_GET_DEST, IPVS_GENL_VERSION, (writer) => writeServiceId(writer, service));

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
  return {
    address,
    port,
    forward: decodeForward(method),
    weight,
    upperThreshold: readU32(attributes.get(DEST.upperThreshold)) ?? 0,
    lowerThreshold: readU32(attributes.get(DEST.lowerThreshold)) ?? 0,
    counters: decodeCounters(attributes),
  };
}

function writeServiceId(writer: Writer, id: ServiceId): void {
  writeNested(writer, IPVS_CMD_ATTR_SERVICE, () => writeServiceKey(writer, id));
}

function writeServiceKey(writer: Writer, id: ServiceId): void {
  writeU16(writer, SVC.family, AF[serviceFamilyOf(id)]);
  if (id.kind === 'fwmark') {
    writeU32(writer, SVC.fwmark, id.fwmark);
    return;
  }
  writeU16(writer, SVC.protocol, PROTOCOLS[id.protocol]);
  writeAddress(writer, SVC.address, id.address);
  writePort(writer, SVC.port, id.port);
}

/** The kernel answers EINVAL where flags, timeout or netmask are missing, whatever the service. */
function writeService(writer: Writer, service: VirtualService): void {
  writeNested(writer, IPVS_CMD_ATTR_SERVICE, () => {
    writeServiceKey(writer, service.id);
    writeText(writer, SVC.scheduler, service.scheduler);
    if (service.persistenceEngine !== undefined) writeText(writer, SVC.engine, service.persistenceEngine);
    openAttribute(writer, SVC.flags, () => {
      writer.u32Host(serviceFlags(service));
      writer.u32Host(0xffff_ffff - SVC_F_HASHED);
    });
    writeU32(writer, SVC.timeout, service.persistenceSec ?? 0);
    writeNetmask(writer, service);
  });
}

const serviceFlags = (service: VirtualService): number =>
  (service.persistenceSec === undefined ? 0 : SVC_F_PERSISTENT) |
  (service.ops ? SVC_F_ONEPACKET : 0) |
  encodeSchedFlags(service.scheduler, service.schedFlags);

/** A mask in network order for IPv4, a prefix length in host order for IPv6. */
function writeNetmask(writer: Writer, { id, persistencePrefix }: VirtualService): void {
  if (serviceFamilyOf(id) === 'inet6') writeU32(writer, SVC.netmask, persistencePrefix);
  else writeAttribute(writer, SVC.netmask, netmaskBytes(persistencePrefix));
}

function writeDestination(writer: Writer, destination: Destination): void {
  writeNested(writer, IPVS_CMD_ATTR_DEST, () => {
    writeDestinationKey(writer, destination);
    writeU32(writer, DEST.forward, FORWARDS[destination.forward]);
    writeU32(writer, DEST.weight, destination.weight);
    writeU32(writer, DEST.upperThreshold, destination.upperThreshold);
    writeU32(writer, DEST.lowerThreshold, destination.lowerThreshold);
  });
}

function writeDestinationId(writer: Writer, destination: Destination): void {
  writeNested(writer, IPVS_CMD_ATTR_DEST, () => writeDestinationKey(writer, destination));
}

function writeDestinationKey(writer: Writer, { address, port }: Destination): void {
  writeU16(writer, DEST.family, AF[familyOf(address)]);
  writeAddress(writer, DEST.address, address);
  writePort(writer, DEST.port, port);
}

/** union nf_inet_addr: always 16 bytes, an IPv4 address in the first four. */
function writeAddress(writer: Writer, type: number, address: Ip): void {
  openAttribute(writer, type, () => {
    const bytes = ipBytes(address);
    writer.bytes(bytes);
    writer.zeros(16 - bytes.length);
  });
}

const writePort = (writer: Writer, type: number, port: number): void =>
  openAttribute(writer, type, () => writer.u16(port));

/** The family a service lives in: that of its address, or the one its firewall mark was given. */
export const serviceFamilyOf = (id: ServiceId): Family =>
  id.kind === 'fwmark' ? id.family : familyOf(id.address);

function decodeServiceId(attributes: Attributes, family: Family): ServiceId | undefined {
  const fwmark = readU32(attributes.get(SVC.fwmark));
  if (fwmark !== undefined) return { kind: 'fwmark', family, fwmark };
  const number = readU16(attributes.get(SVC.protocol));
  const protocol = (['tcp', 'udp', 'sctp'] as const).find((name) => PROTOCOLS[name] === number);
  const address = decodeAddress(attributes.get(SVC.address), family);
  const port = readPort(attributes.get(SVC.port));
  if (protocol === undefined || address === undefined || port === undefined) return undefined;
  return { kind: 'address', protocol, address, port };
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

/**
 * LOCALNODE (1) and BYPASS (4) can be set by no tool; kernels before 2.6.37 reported LOCALNODE for an address
 * of this host whatever had been asked. Either is passed on unchanged, which is what gate says.
 */
function decodeForward(method: number): Forward {
  const number = method & CONN_F_FWD_MASK;
  return (['masq', 'ipip'] as const).find((forward) => FORWARDS[forward] === number) ?? 'gate';
}

/** 64-bit statistics where the kernel has them (4.1 and later). */
function decodeCounters(attributes: Attributes): DestinationCounters {
  const wide = readU64(readNested(attributes.get(DEST.stats64))?.get(STATS_CONNECTIONS));
  const narrow = readU32(readNested(attributes.get(DEST.stats))?.get(STATS_CONNECTIONS));
  return {
    activeConnections: readU32(attributes.get(DEST.active)) ?? 0,
    inactiveConnections: readU32(attributes.get(DEST.inactive)) ?? 0,
    connections: wide ?? narrow ?? 0,
  };
}
