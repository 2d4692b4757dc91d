// Unsolicited neighbour advertisements: how a new active tells its IPv6 neighbours where an address now lives.
// Solicitations, by which it asks who else has it. RFC 4861 §4.3, §4.4, §4.6.1 and §7.2; RFC 9568 §6.4.1 (125) for the
// flags. Ethernet only.
import { familyOf, type Ip, ip, ipBytes, ipFromBytes } from '../../net/ip.ts';
import { type Mac, macBytes, macFromBytes } from '../../net/mac.ts';
import { createWriter } from '../writer.ts';
import { checksumOf, onesComplementSum, pseudoHeaderSum } from './checksum.ts';
import { encodeIpv6 } from './ipv6-header.ts';

export const ETHERTYPE_IPV6 = 0x86dd;
const ALL_NODES = ip('ff02::1');
/** RFC 2464 §7: 33:33 and the last four bytes of the group. */
const ALL_NODES_MAC = '33:33:00:00:00:01' as Mac;

const ICMPV6 = 58;
const NEIGHBOUR_SOLICITATION = 135;
const NEIGHBOUR_ADVERTISEMENT = 136;
const FLAG_ROUTER = 0x8000_0000;
const FLAG_SOLICITED = 0x40;
const FLAG_OVERRIDE = 0x2000_0000;
const SOURCE_LINK_LAYER_ADDRESS = 1;
const TARGET_LINK_LAYER_ADDRESS = 2;
/** RFC 4861 §7.1.2: any other was forwarded, and is dropped. */
const HOP_LIMIT = 255;
const CHECKSUM_OFFSET = 2;

type Message = {
  readonly type: number;
  readonly flags: number;
  /** The address that it is about. */
  readonly target: Ip;
  readonly option: number;
  readonly mac: Mac;
  readonly source: Ip;
  readonly destination: Ip;
};

function encodeMessage({ type, flags, target, option, mac, source, destination }: Message): Uint8Array {
  const writer = createWriter(32);
  writer.u8(type);
  writer.u8(0);
  writer.u16(0);
  writer.u32(flags);
  writer.bytes(ipBytes(target));
  writer.u8(option);
  writer.u8(1); // in units of eight bytes
  writer.bytes(macBytes(mac));
  const message = writer.written();
  const pseudo = { source, destination, protocol: ICMPV6, length: message.length };
  writer.setU16(CHECKSUM_OFFSET, checksumOf(onesComplementSum(message, pseudoHeaderSum(pseudo))));
  return writer.written();
}

function frame(destinationMac: Mac, message: Message): Uint8Array {
  const { source, destination, mac } = message;
  const path = { source, destination, nextHeader: ICMPV6 };
  const writer = createWriter(86);
  writer.bytes(macBytes(destinationMac));
  writer.bytes(macBytes(mac));
  writer.u16(ETHERTYPE_IPV6);
  writer.bytes(encodeIpv6({ ...path, hopLimit: HOP_LIMIT, trafficClass: 0 }, encodeMessage(message)));
  return writer.written();
}

/** @param isRouter a host that forwards says so: its neighbours may have it as their default router. */
const advertisement = (address: Ip, mac: Mac, isRouter: boolean): Message => ({
  type: NEIGHBOUR_ADVERTISEMENT,
  flags: isRouter ? FLAG_ROUTER + FLAG_OVERRIDE : FLAG_OVERRIDE,
  ...{ target: address, option: TARGET_LINK_LAYER_ADDRESS, mac, source: address, destination: ALL_NODES },
});

/** The ICMPv6 message, with the checksum of a packet from the address itself to all nodes. */
export function encodeNeighbourAdvertisement(address: Ip, mac: Mac): Uint8Array {
  if (familyOf(address) !== 'inet6') {
    throw new RangeError(`Cannot encode neighbour advertisement: expected an IPv6 address, got ${address}`);
  }
  return encodeMessage(advertisement(address, mac, true));
}

/** The whole Ethernet frame, to all nodes. */
export const encodeNeighbourAdvertisementFrame = (address: Ip, mac: Mac, isRouter = true): Uint8Array =>
  frame(ALL_NODES_MAC, advertisement(address, mac, isRouter));

/**
 * The whole Ethernet frame, to the solicited-node group of `target`: who has it answers `source`. A probe as for
 * duplicate address detection, from no address, would be answered to all nodes, who would believe the answer.
 */
export function encodeNeighbourSolicitationFrame(target: Ip, source: Ip, mac: Mac): Uint8Array {
  const last = ipBytes(target).subarray(13);
  const group = Uint8Array.of(0xff, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0xff, ...last); // RFC 4291 §2.7.1
  return frame(macFromBytes(Uint8Array.of(0x33, 0x33, 0xff, ...last)), {
    ...{ type: NEIGHBOUR_SOLICITATION, flags: 0, target, option: SOURCE_LINK_LAYER_ADDRESS, mac },
    ...{ source, destination: ipFromBytes(group) },
  });
}

/**
 * @param message the ICMPv6 message alone. @returns who answers for which address, with the link-layer address if it
 * says one; undefined: it is no solicited advertisement.
 */
export function decodeNeighbourAnswer(
  message: Uint8Array,
): { readonly address: Ip; readonly mac?: Mac } | undefined {
  const isAnswer =
    message.byteLength >= 24 &&
    message[0] === NEIGHBOUR_ADVERTISEMENT &&
    message[1] === 0 &&
    ((message[4] ?? 0) & FLAG_SOLICITED) !== 0;
  if (!isAnswer) return undefined;
  const address = ipFromBytes(message.slice(8, 24));
  const hasMac = message.byteLength >= 32 && message[24] === TARGET_LINK_LAYER_ADDRESS && message[25] === 1;
  return hasMac ? { address, mac: macFromBytes(message.subarray(26, 32)) } : { address };
}
