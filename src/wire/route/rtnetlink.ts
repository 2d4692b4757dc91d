// Links and addresses over rtnetlink (linux/rtnetlink.h, if_link.h, if_addr.h): requests, dump entries and
// notifications. What is malformed, and entries of families nobody asked for, are undefined, never a throw.
import { type Family, familyOf, type Ip, ipBytes, ipFromBytes, ipSize } from '../../net/ip.ts';
import type { Link } from '../../net/link.ts';
import { macFromBytes } from '../../net/mac.ts';
import {
  AF,
  decodeAttributes,
  openAttribute,
  readText,
  readU32,
  writeAttribute,
  writeText,
  writeU32,
} from '../netlink/netlink-attributes.ts';
import { createReader } from '../reader.ts';
import { createWriter, type Writer } from '../writer.ts';

export const RTM_NEWLINK = 16;
export const RTM_DELLINK = 17;
export const RTM_GETLINK = 18;
export const RTM_NEWADDR = 20;
export const RTM_DELADDR = 21;
export const RTM_GETADDR = 22;

export const RTNLGRP_LINK = 1;
export const RTNLGRP_IPV4_IFADDR = 5;
export const RTNLGRP_IPV6_IFADDR = 9;

const AF_UNSPEC = 0;

const IFLA_ADDRESS = 1;
const IFLA_IFNAME = 3;
const IFLA_MTU = 4;
const IFF_UP = 0x1;
const IFF_LOOPBACK = 0x8;
const IFF_RUNNING = 0x40;

const IFA_ADDRESS = 1;
const IFA_LOCAL = 2;
const IFA_LABEL = 3;
const IFA_BROADCAST = 4;
const IFA_CACHEINFO = 6;
const IFA_FLAGS = 8;
const IFA_F_NODAD = 0x02;
const IFA_F_DADFAILED = 0x08;
const IFA_F_TENTATIVE = 0x40;
const RT_SCOPE_UNIVERSE = 0;
const RT_SCOPE_HOST = 254;
const INFINITY_LIFE_TIME = 0xffff_ffff;

export type InterfaceAddress = {
  readonly address: Ip;
  readonly prefixLength: number;
  readonly interfaceIndex: number;
  /** IPv4 only; at most 15 characters. */
  readonly label?: string;
  /** IPv6: may not be used (yet, or ever), as another host may have it (RFC 4862 §5.4). */
  readonly tentative?: true;
  /** Seconds, or 'forever'. */
  readonly validLifetime: number | 'forever';
};

/** What is asked for beside the address itself. */
export type AddressRequest = InterfaceAddress & {
  /** IPv6: answered for, but never chosen as a source (RFC 4862 §5.5.4): its preferred lifetime is 0. */
  readonly deprecated?: boolean;
  /** RT_SCOPE_*; absent: the host's for 127/8, else the universe. */
  readonly scope?: number;
  /** IPv4. */
  readonly broadcast?: Ip;
};

/** The payload of an RTM_GETLINK dump. */
export const encodeGetLinks = (): Uint8Array => new Uint8Array(16);

/** The payload of an RTM_GETADDR dump. */
export function encodeGetAddresses(family: Family): Uint8Array {
  const payload = new Uint8Array(8);
  payload[0] = AF[family];
  return payload;
}

/**
 * The payload of RTM_NEWADDR. The preferred lifetime is the valid one, since a shorter one would make the
 * address deprecated first; or 0 on purpose. @throws RangeError where a number does not fit.
 */
export function encodeAddress(entry: AddressRequest): Uint8Array {
  const lifetime = entry.validLifetime === 'forever' ? INFINITY_LIFE_TIME : entry.validLifetime;
  return encodeAddressMessage(entry, (writer) => {
    if (entry.label !== undefined && familyOf(entry.address) === 'inet') {
      writeText(writer, IFA_LABEL, entry.label);
    }
    if (entry.broadcast !== undefined) writeAttribute(writer, IFA_BROADCAST, ipBytes(entry.broadcast));
    // A virtual address moves at once or not at all: it must not wait for duplicate detection (RFC 4862 §5.4).
    if (familyOf(entry.address) === 'inet6') writeU32(writer, IFA_FLAGS, IFA_F_NODAD);
    openAttribute(writer, IFA_CACHEINFO, () => {
      writer.u32Host(entry.deprecated === true ? 0 : lifetime);
      writer.u32Host(lifetime);
      writer.zeros(8);
    });
  });
}

/** The payload of RTM_DELADDR: of all addresses, this one of this prefix length on this link. */
export const encodeAddressKey = (entry: Omit<InterfaceAddress, 'validLifetime'>): Uint8Array =>
  encodeAddressMessage(entry, () => {});

function encodeAddressMessage(
  entry: Omit<AddressRequest, 'validLifetime'>,
  more: (writer: Writer) => void,
): Uint8Array {
  const family = familyOf(entry.address);
  const bytes = ipBytes(entry.address);
  const writer = createWriter(64);
  writer.u8(AF[family]);
  writer.u8(entry.prefixLength);
  writer.u8(family === 'inet6' ? IFA_F_NODAD : 0);
  const isHosts = family === 'inet' && bytes[0] === 127;
  writer.u8(entry.scope ?? (isHosts ? RT_SCOPE_HOST : RT_SCOPE_UNIVERSE));
  writer.u32Host(entry.interfaceIndex);
  writeAttribute(writer, IFA_LOCAL, bytes);
  writeAttribute(writer, IFA_ADDRESS, bytes);
  more(writer);
  return writer.written();
}

/** A link out of a dump, RTM_NEWLINK or RTM_DELLINK. */
export function decodeLink(payload: Uint8Array): Link | undefined {
  const reader = createReader(payload);
  const family = reader.u8();
  reader.skip(3);
  const [index, flags] = [reader.s32Host(), reader.u32Host()];
  reader.skip(4);
  // A bridge says RTM_DELLINK of family AF_BRIDGE when a port leaves it: the link itself lives on.
  if (reader.overrun() || family !== AF_UNSPEC) return undefined;
  const attributes = decodeAttributes(reader.rest());
  const name = readText(attributes?.get(IFLA_IFNAME));
  const mtu = readU32(attributes?.get(IFLA_MTU));
  const mac = attributes?.get(IFLA_ADDRESS);
  if (name === undefined || mtu === undefined) return undefined;
  return {
    index,
    name,
    ...(mac?.length === 6 ? { mac: macFromBytes(mac) } : {}),
    mtu,
    up: (flags & IFF_UP) !== 0,
    running: (flags & IFF_RUNNING) !== 0,
    loopback: (flags & IFF_LOOPBACK) !== 0,
  };
}

/** An address out of a dump, RTM_NEWADDR or RTM_DELADDR. */
export function decodeAddress(payload: Uint8Array): InterfaceAddress | undefined {
  const reader = createReader(payload);
  const [number, prefixLength] = [reader.u8(), reader.u8()];
  reader.skip(2);
  const interfaceIndex = reader.u32Host();
  const family = (['inet', 'inet6'] as const).find((candidate) => AF[candidate] === number);
  if (reader.overrun() || family === undefined) return undefined;
  const attributes = decodeAttributes(reader.rest());
  // On a point-to-point link IFA_ADDRESS is the peer's address; IFA_LOCAL is ours.
  const bytes = attributes?.get(IFA_LOCAL) ?? attributes?.get(IFA_ADDRESS);
  if (bytes?.length !== ipSize(family)) return undefined;
  const label = readText(attributes?.get(IFA_LABEL));
  const flags = readU32(attributes?.get(IFA_FLAGS));
  const valid = readU32(attributes?.get(IFA_CACHEINFO)?.subarray(4, 8));
  return {
    address: ipFromBytes(bytes),
    prefixLength,
    interfaceIndex,
    ...(label === undefined ? {} : { label }),
    ...(((flags ?? 0) & (IFA_F_TENTATIVE | IFA_F_DADFAILED)) === 0 ? {} : { tentative: true as const }),
    validLifetime: valid === undefined || valid === INFINITY_LIFE_TIME ? 'forever' : valid,
  };
}
