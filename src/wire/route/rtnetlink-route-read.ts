// Routes and policy rules out of dumps and notifications of rtnetlink (linux/rtnetlink.h, linux/fib_rules.h): those
// that carry our own protocol number, as values. All others are nobody's business here, and cost two bytes to know.
// What is malformed is none, never a throw.
import { type Family, type Ip, ip, ipFromBytes, ipSize } from '../../net/ip.ts';
import type { Prefix } from '../../net/prefix.ts';
import type { RouteKind, VirtualRoute, VirtualRule } from '../../net/route.ts';
import {
  AF,
  type Attributes,
  decodeAttributes,
  readNested,
  readText,
  readU8,
  readU32,
} from '../netlink/netlink-attributes.ts';
import { hostIsLittleEndian } from '../reader.ts';
import {
  FR_ACT_TO_TBL,
  FRA_DST,
  FRA_FWMARK,
  FRA_FWMASK,
  FRA_IIFNAME,
  FRA_OIFNAME,
  FRA_PRIORITY,
  FRA_PROTOCOL,
  FRA_SRC,
  FRA_TABLE,
  PROTOCOL_OURS,
  ROUTE_TYPES,
  RTA_DST,
  RTA_GATEWAY,
  RTA_METRICS,
  RTA_OIF,
  RTA_PREFSRC,
  RTA_PRIORITY,
  RTA_TABLE,
  RTAX_MTU,
} from './rtnetlink-route-attributes.ts';

export const RTM_GETROUTE = 26;
export const RTM_GETRULE = 34;
export const RTNLGRP_IPV4_ROUTE = 7;
export const RTNLGRP_IPV4_RULE = 8;
export const RTNLGRP_IPV6_ROUTE = 11;
export const RTNLGRP_IPV6_RULE = 19;

/** Struct rtmsg and struct fib_rule_hdr are of one size, with the family first. */
const HEADER_BYTES = 12;
const PROTOCOL_AT = 5;
const kinds: ReadonlyMap<number, RouteKind> = new Map(
  Object.entries(ROUTE_TYPES).map(([kind, number]) => [number, kind as RouteKind]),
);
const RTA_MULTIPATH = 9;
/** Struct rtnexthop: length, flags, hops, interface. */
const NEXT_HOP_BYTES = 8;

/** The payload of an RTM_GETROUTE dump; a kernel that checks strictly sends ours alone. */
export function encodeGetRoutes(family: Family): Uint8Array {
  const payload = new Uint8Array(HEADER_BYTES);
  payload[0] = AF[family];
  payload[PROTOCOL_AT] = PROTOCOL_OURS;
  return payload;
}

/** The payload of an RTM_GETRULE dump. */
export function encodeGetRules(family: Family): Uint8Array {
  const payload = new Uint8Array(HEADER_BYTES);
  payload[0] = AF[family];
  return payload;
}

/** Whether a message of a route may be of one of ours: asked first, as others change by the thousand. */
export const isOurRoute = (payload: Uint8Array): boolean => payload[PROTOCOL_AT] === PROTOCOL_OURS;

/** A route as it is there; without a device by name. */
export type PlacedRoute = { readonly route: VirtualRoute; readonly interfaceIndex?: number };

/** One for each of its next hops, none where it is not ours. */
export function decodeRoutes(payload: Uint8Array): readonly PlacedRoute[] {
  const header = isOurRoute(payload) ? headerOf(payload) : undefined;
  const kind = kinds.get(payload[7] ?? 0);
  if (header === undefined || kind === undefined) return [];
  const { family, attributes } = header;
  const destination = prefixOf(family, attributes.get(RTA_DST), payload[1] ?? 0);
  if (destination === undefined) return [];
  const metric = readU32(attributes.get(RTA_PRIORITY));
  const mtu = readU32(readNested(attributes.get(RTA_METRICS))?.get(RTAX_MTU));
  const source = addressOf(family, attributes.get(RTA_PREFSRC));
  const common = {
    ...{ kind, destination, table: readU32(attributes.get(RTA_TABLE)) ?? payload[4] ?? 0 },
    ...(source !== undefined && { source }),
    ...(metric !== undefined && { metric }),
    ...(mtu !== undefined && { mtu }),
  };
  return nextHopsOf(attributes).map(({ gateway: bytes, interfaceIndex }) => {
    const gateway = addressOf(family, bytes);
    return {
      route: { ...common, ...(gateway !== undefined && { gateway }) },
      ...(interfaceIndex !== undefined && { interfaceIndex }),
    };
  });
}

type NextHop = { readonly gateway: Uint8Array | undefined; readonly interfaceIndex: number | undefined };

function nextHopsOf(attributes: Attributes): readonly NextHop[] {
  const several = attributes.get(RTA_MULTIPATH);
  if (several === undefined)
    return [{ gateway: attributes.get(RTA_GATEWAY), interfaceIndex: readU32(attributes.get(RTA_OIF)) }];
  const hops: NextHop[] = [];
  for (let at = 0; several.length - at >= NEXT_HOP_BYTES; ) {
    const view = new DataView(several.buffer, several.byteOffset + at, NEXT_HOP_BYTES);
    const length = view.getUint16(0, hostIsLittleEndian);
    if (length < NEXT_HOP_BYTES || length > several.length - at) break;
    const inner = decodeAttributes(several.subarray(at + NEXT_HOP_BYTES, at + length));
    hops.push({ gateway: inner?.get(RTA_GATEWAY), interfaceIndex: view.getInt32(4, hostIsLittleEndian) });
    at += (length + 3) & ~3;
  }
  return hops;
}

/** Undefined where it is not ours. */
export function decodeRule(payload: Uint8Array): VirtualRule | undefined {
  const header = headerOf(payload);
  if (header === undefined || readU8(header.attributes.get(FRA_PROTOCOL)) !== PROTOCOL_OURS) return undefined;
  const { family, attributes } = header;
  const number = payload[7] ?? 0;
  const kind = kinds.get(number);
  const table = readU32(attributes.get(FRA_TABLE)) ?? payload[4] ?? 0;
  const action = number === FR_ACT_TO_TBL ? table : kind === 'unicast' ? undefined : kind;
  if (action === undefined) return undefined;
  const [to, from] = [
    prefixOf(family, attributes.get(FRA_DST), payload[1] ?? 0),
    prefixOf(family, attributes.get(FRA_SRC), payload[2] ?? 0),
  ];
  const [inputDevice, outputDevice] = [
    readText(attributes.get(FRA_IIFNAME)),
    readText(attributes.get(FRA_OIFNAME)),
  ];
  const [value, mask] = [readU32(attributes.get(FRA_FWMARK)), readU32(attributes.get(FRA_FWMASK))];
  const priority = readU32(attributes.get(FRA_PRIORITY));
  return {
    family,
    ...(from !== undefined && from.length > 0 && { from }),
    ...(to !== undefined && to.length > 0 && { to }),
    ...(inputDevice !== undefined && { inputDevice }),
    ...(outputDevice !== undefined && { outputDevice }),
    ...((value ?? mask) !== undefined && { mark: { value: value ?? 0, mask: mask ?? 0xffff_ffff } }),
    ...(priority !== undefined && { priority }),
    action,
  };
}

function headerOf(payload: Uint8Array) {
  const family = (['inet', 'inet6'] as const).find((each) => AF[each] === payload[0]);
  if (family === undefined || payload.length < HEADER_BYTES) return undefined;
  const attributes = decodeAttributes(payload.subarray(HEADER_BYTES));
  return attributes && { family, attributes };
}

const addressOf = (family: Family, bytes: Uint8Array | undefined): Ip | undefined =>
  bytes?.length === ipSize(family) ? ipFromBytes(bytes) : undefined;

/** Without an address it is everything. */
function prefixOf(family: Family, bytes: Uint8Array | undefined, length: number): Prefix | undefined {
  if (length > 8 * ipSize(family)) return undefined;
  if (bytes === undefined) return { address: ip(family === 'inet' ? '0.0.0.0' : '::'), length };
  const address = addressOf(family, bytes);
  return address && { address, length };
}
