// Operations of the model as commands of IPVS over generic netlink (linux/ip_vs.h). Says whatever it is told:
// whether the kernel accepts it is the kernel's answer.
// In ip_vs_ctl.c (Linux 6.1) an edit sets all there is but the key: of a service the scheduler, its flags, persistence,
// netmask and engine (ip_vs_edit_service), of a destination method, tunnel, weight and thresholds
// (__ip_vs_update_dest). Connections and counters live on, so nothing is ever deleted to be added anew. The key of a
// destination is family, address and port.

import {
  type Destination,
  type Operation,
  type ServiceId,
  serviceFamily,
  type Tunnel,
  type VirtualService,
} from '../../model/ipvs.ts';
import { familyOf, type Ip, ipBytes } from '../../net/ip.ts';
import { netmaskBytes } from '../../net/prefix.ts';
import { encodeGeneric } from '../netlink/genetlink.ts';
import {
  AF,
  writeAttribute,
  writeHeader,
  writeNested,
  writePort,
  writeText,
  writeU8,
  writeU16,
  writeU32,
} from '../netlink/netlink-attributes.ts';
import type { Writer } from '../writer.ts';
import {
  DEST,
  FORWARDS,
  IPVS_CMD_ATTR_DEST,
  IPVS_CMD_ATTR_SERVICE,
  numberOf,
  PROTOCOLS,
  SVC,
  SVC_F_ONEPACKET,
  SVC_F_PERSISTENT,
  SVC_F_SETTABLE,
  TUNNEL_CHECKSUMS,
  TUNNEL_TYPES,
} from './attributes.ts';
import { encodeSchedFlags } from './sched-flags.ts';

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

function writeServiceId(writer: Writer, id: ServiceId): void {
  writeNested(writer, IPVS_CMD_ATTR_SERVICE, () => writeServiceKey(writer, id));
}

function writeServiceKey(writer: Writer, id: ServiceId): void {
  writeU16(writer, SVC.family, AF[serviceFamily(id)]);
  if (id.kind === 'fwmark') {
    writeU32(writer, SVC.fwmark, id.fwmark);
    return;
  }
  writeU16(writer, SVC.protocol, numberOf(PROTOCOLS, id.protocol));
  writeAddress(writer, SVC.address, id.address);
  writePort(writer, SVC.port, id.port);
}

/** The kernel answers EINVAL where flags, timeout or netmask are missing, whatever the service. */
function writeService(writer: Writer, service: VirtualService): void {
  writeNested(writer, IPVS_CMD_ATTR_SERVICE, () => {
    writeServiceKey(writer, service.id);
    writeText(writer, SVC.scheduler, service.scheduler);
    if (service.persistenceEngine !== undefined) writeText(writer, SVC.engine, service.persistenceEngine);
    writeHeader(writer, SVC.flags, 8);
    writer.u32Host(serviceFlags(service));
    writer.u32Host(SVC_F_SETTABLE);
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
  if (serviceFamily(id) === 'inet6') writeU32(writer, SVC.netmask, persistencePrefix);
  else writeAttribute(writer, SVC.netmask, netmaskBytes(persistencePrefix));
}

function writeDestination(writer: Writer, destination: Destination): void {
  writeNested(writer, IPVS_CMD_ATTR_DEST, () => {
    writeDestinationKey(writer, destination);
    writeU32(writer, DEST.forward, numberOf(FORWARDS, destination.forward));
    writeU32(writer, DEST.weight, destination.weight);
    if (destination.tunnel !== undefined) writeTunnel(writer, destination.tunnel);
    writeU32(writer, DEST.upperThreshold, destination.upperThreshold);
    writeU32(writer, DEST.lowerThreshold, destination.lowerThreshold);
  });
}

/** Left out it is IP in IP, on an edit too: the kernel starts from zeros (ip_vs_genl_parse_dest). */
function writeTunnel(writer: Writer, { type, port, checksum }: Tunnel): void {
  writeU8(writer, DEST.tunnelType, numberOf(TUNNEL_TYPES, type));
  writePort(writer, DEST.tunnelPort, port);
  writeU16(writer, DEST.tunnelFlags, numberOf(TUNNEL_CHECKSUMS, checksum));
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
  const bytes = ipBytes(address);
  writeHeader(writer, type, 16);
  writer.bytes(bytes);
  writer.zeros(16 - bytes.length);
}
