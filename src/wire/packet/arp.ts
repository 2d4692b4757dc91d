// Gratuitous ARP: the request by which a new active tells its neighbours where an address now lives. Probes, by which
// it asks whether another host has it; plain requests. RFC 826, RFC 5227 §1.1 and §3, RFC 9568 §6.4.1 (target
// link-layer address = our own). IPv4 over Ethernet only.
import { familyOf, type Ip, ip, ipBytes, ipFromBytes } from '../../net/ip.ts';
import { type Mac, macBytes, macFromBytes } from '../../net/mac.ts';
import { createWriter } from '../writer.ts';

export const ETHERTYPE_ARP = 0x0806;
export const BROADCAST_MAC = 'ff:ff:ff:ff:ff:ff' as Mac;

const HARDWARE_ETHERNET = 1;
const PROTOCOL_IPV4 = 0x0800;
const OPERATION_REQUEST = 1;
const OPERATION_REPLY = 2;
const LENGTH = 28;
const NOBODY = ip('0.0.0.0');
const UNKNOWN_MAC = '00:00:00:00:00:00' as Mac;

/** The 28 bytes behind the link-layer header, for a packet socket that makes the header itself. */
export function encodeGratuitousArp(address: Ip, mac: Mac): Uint8Array {
  if (familyOf(address) !== 'inet') {
    throw new RangeError(`Cannot encode gratuitous ARP: expected an IPv4 address, got ${address}`);
  }
  return encodeRequest({ mac, source: address, target: address, targetMac: mac });
}

type Request = {
  readonly mac: Mac;
  readonly source: Ip;
  readonly target: Ip;
  readonly targetMac: Mac;
};

function encodeRequest({ mac, source, target, targetMac }: Request): Uint8Array {
  const writer = createWriter(LENGTH);
  writer.u16(HARDWARE_ETHERNET);
  writer.u16(PROTOCOL_IPV4);
  writer.u8(6);
  writer.u8(4);
  writer.u16(OPERATION_REQUEST);
  writer.bytes(macBytes(mac));
  writer.bytes(ipBytes(source));
  writer.bytes(macBytes(targetMac));
  writer.bytes(ipBytes(target));
  return writer.written();
}

/** The whole Ethernet frame (42 bytes; the driver pads), to the broadcast address. */
export const encodeGratuitousArpFrame = (address: Ip, mac: Mac): Uint8Array =>
  broadcast(mac, encodeGratuitousArp(address, mac));

/** RFC 5227 §1.1: nobody learns anything from it, and whoever has the address answers. */
export const encodeArpProbeFrame = (target: Ip, mac: Mac): Uint8Array =>
  broadcast(mac, encodeRequest({ mac, source: NOBODY, target, targetMac: UNKNOWN_MAC }));

/** Whoever has `target` answers, and learns where `source` is. */
export const encodeArpRequestFrame = (target: Ip, source: Ip, mac: Mac): Uint8Array =>
  broadcast(mac, encodeRequest({ mac, source, target, targetMac: UNKNOWN_MAC }));

function broadcast(mac: Mac, packet: Uint8Array): Uint8Array {
  const writer = createWriter(42);
  writer.bytes(macBytes(BROADCAST_MAC));
  writer.bytes(macBytes(mac));
  writer.u16(ETHERTYPE_ARP);
  writer.bytes(packet);
  return writer.written();
}

/** @param packet without its link-layer header. @returns who answers for which address; undefined: it is no reply. */
export function decodeArpReply(packet: Uint8Array): { readonly address: Ip; readonly mac: Mac } | undefined {
  if (packet.byteLength < LENGTH) return undefined;
  const view = new DataView(packet.buffer, packet.byteOffset, packet.byteLength);
  const isOurKind =
    view.getUint16(0) === HARDWARE_ETHERNET &&
    view.getUint16(2) === PROTOCOL_IPV4 &&
    view.getUint16(4) === 0x0604;
  if (!isOurKind || view.getUint16(6) !== OPERATION_REPLY) return undefined;
  return { address: ipFromBytes(packet.slice(14, 18)), mac: macFromBytes(packet.subarray(8, 14)) };
}
