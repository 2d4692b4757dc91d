// Routes and policy rules over rtnetlink (linux/rtnetlink.h struct rtmsg, linux/fib_rules.h struct fib_rule_hdr):
// the payloads that add and remove one. All carry our own protocol number, so that a removal never takes a route
// or rule of somebody else that looks the same.
import { type Ip, ipBytes } from '../../net/ip.ts';
import type { Prefix } from '../../net/prefix.ts';
import { routeFamily, type VirtualRoute, type VirtualRule } from '../../net/route.ts';
import {
  AF,
  openAttribute,
  writeAttribute,
  writeNested,
  writeText,
  writeU32,
} from '../netlink/netlink-attributes.ts';
import { createWriter, type Writer } from '../writer.ts';
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

export const RTM_NEWROUTE = 24;
export const RTM_DELROUTE = 25;
export const RTM_NEWRULE = 32;
export const RTM_DELRULE = 33;

const RT_SCOPE_UNIVERSE = 0;
const RT_SCOPE_LINK = 253;
const RTNH_F_ONLINK = 4;
/** In the eight bits of a header, for a table that does not fit: the attribute counts. */
const RT_TABLE_UNSPEC = 0;

/** @param interfaceIndex of the route's device, where it has one. */
export function encodeRoute(route: VirtualRoute, interfaceIndex: number | undefined): Uint8Array {
  const { kind, destination, gateway, source, metric, table, mtu, onlink } = route;
  const family = routeFamily(route);
  const writer = createWriter(96);
  writer.u8(AF[family]);
  writer.u8(destination.length);
  writer.u8(0); // source length
  writer.u8(0); // TOS
  writer.u8(shortTable(table));
  writer.u8(PROTOCOL_OURS);
  writer.u8(
    family === 'inet' && kind === 'unicast' && gateway === undefined ? RT_SCOPE_LINK : RT_SCOPE_UNIVERSE,
  );
  writer.u8(ROUTE_TYPES[kind]);
  writer.u32Host(onlink === true ? RTNH_F_ONLINK : 0);
  writePrefix(writer, RTA_DST, destination);
  writeU32(writer, RTA_TABLE, table);
  writeAddress(writer, RTA_GATEWAY, gateway);
  if (interfaceIndex !== undefined) writeU32(writer, RTA_OIF, interfaceIndex);
  writeAddress(writer, RTA_PREFSRC, source);
  if (metric !== undefined) writeU32(writer, RTA_PRIORITY, metric);
  if (mtu !== undefined) writeNested(writer, RTA_METRICS, () => writeU32(writer, RTAX_MTU, mtu));
  return writer.written();
}

export function encodeRule(rule: VirtualRule): Uint8Array {
  const { family, from, to, inputDevice, outputDevice, mark, priority, action } = rule;
  const table = typeof action === 'number' ? action : RT_TABLE_UNSPEC;
  const writer = createWriter(96);
  writer.u8(AF[family]);
  writer.u8(to?.length ?? 0);
  writer.u8(from?.length ?? 0);
  writer.u8(0); // TOS
  writer.u8(shortTable(table));
  writer.u8(0);
  writer.u8(0);
  writer.u8(typeof action === 'number' ? FR_ACT_TO_TBL : ROUTE_TYPES[action]);
  writer.u32Host(0);
  if (to !== undefined) writePrefix(writer, FRA_DST, to);
  if (from !== undefined) writePrefix(writer, FRA_SRC, from);
  if (inputDevice !== undefined) writeText(writer, FRA_IIFNAME, inputDevice);
  if (outputDevice !== undefined) writeText(writer, FRA_OIFNAME, outputDevice);
  if (mark !== undefined) {
    writeU32(writer, FRA_FWMARK, mark.value);
    writeU32(writer, FRA_FWMASK, mark.mask);
  }
  if (priority !== undefined) writeU32(writer, FRA_PRIORITY, priority);
  if (typeof action === 'number') writeU32(writer, FRA_TABLE, table);
  openAttribute(writer, FRA_PROTOCOL, () => writer.u8(PROTOCOL_OURS));
  return writer.written();
}

const shortTable = (table: number): number => (table > 0xff ? RT_TABLE_UNSPEC : table);

function writeAddress(writer: Writer, type: number, address: Ip | undefined): void {
  if (address !== undefined) writeAttribute(writer, type, ipBytes(address));
}

/** The kernel refuses an IPv4 destination with bits behind its length: they are cut off. */
function writePrefix(writer: Writer, type: number, { address, length }: Prefix): void {
  if (length === 0) return;
  const bytes = ipBytes(address).map((byte, index) => {
    const bits = Math.min(8, Math.max(0, length - 8 * index));
    return byte & ((0xff << (8 - bits)) & 0xff);
  });
  writeAttribute(writer, type, bytes);
}
