// Unsolicited neighbour advertisements: how a new active tells its IPv6 neighbours where an address now lives.
// RFC 4861 §4.4, §4.6.1 and §7.2.6; RFC 9568 §6.4.1 (125) for the flags. Ethernet only.
import { familyOf, type Ip, ip, ipBytes } from '../net/ip.ts';
import { type Mac, macBytes } from '../net/mac.ts';
import { checksumOf, onesComplementSum, pseudoHeaderSum } from './checksum.ts';
import { encodeIpv6 } from './ipv6-header.ts';
import { createWriter } from './writer.ts';

export const ETHERTYPE_IPV6 = 0x86dd;
const ALL_NODES = ip('ff02::1');
/** RFC 2464 §7: 33:33 and the last four bytes of the group. */
const ALL_NODES_MAC = '33:33:00:00:00:01' as Mac;

const ICMPV6 = 58;
const NEIGHBOUR_ADVERTISEMENT = 136;
/** Router and Override; not Solicited. */
const FLAGS_ROUTER_OVERRIDE = 0xa000_0000;
const TARGET_LINK_LAYER_ADDRESS = 2;
/** RFC 4861 §7.1.2: any other was forwarded, and is dropped. */
const HOP_LIMIT = 255;
const CHECKSUM_OFFSET = 2;

/** The ICMPv6 message, with the checksum of a packet from the address itself to all nodes. */
export function encodeNeighbourAdvertisement(address: Ip, mac: Mac): Uint8Array {
  if (familyOf(address) !== 'inet6') {
    throw new RangeError(`Cannot encode neighbour advertisement: an IPv6 address, got ${address}`);
  }
  const writer = createWriter(32);
  writer.u8(NEIGHBOUR_ADVERTISEMENT);
  writer.u8(0);
  writer.u16(0);
  writer.u32(FLAGS_ROUTER_OVERRIDE);
  writer.bytes(ipBytes(address));
  writer.u8(TARGET_LINK_LAYER_ADDRESS);
  writer.u8(1); // in units of eight bytes
  writer.bytes(macBytes(mac));
  const message = writer.written();
  const pseudo = { source: address, destination: ALL_NODES, protocol: ICMPV6, length: message.length };
  writer.setU16(CHECKSUM_OFFSET, checksumOf(onesComplementSum(message, pseudoHeaderSum(pseudo))));
  return writer.written();
}

/** The whole Ethernet frame, to all nodes. */
export function encodeNeighbourAdvertisementFrame(address: Ip, mac: Mac): Uint8Array {
  const message = encodeNeighbourAdvertisement(address, mac);
  const path = { source: address, destination: ALL_NODES, nextHeader: ICMPV6 };
  const writer = createWriter(86);
  writer.bytes(macBytes(ALL_NODES_MAC));
  writer.bytes(macBytes(mac));
  writer.u16(ETHERTYPE_IPV6);
  writer.bytes(encodeIpv6({ ...path, hopLimit: HOP_LIMIT, trafficClass: 0 }, message));
  return writer.written();
}
