// Gratuitous ARP: the request by which a new active tells its neighbours where an address now lives.
// RFC 826, RFC 5227 §3, RFC 9568 §6.4.1 (target link-layer address = our own). IPv4 over Ethernet only.
import { familyOf, type Ip, ipBytes } from '../net/ip.ts';
import { type Mac, macBytes } from '../net/mac.ts';
import { createWriter } from './writer.ts';

export const ETHERTYPE_ARP = 0x0806;
export const BROADCAST_MAC = 'ff:ff:ff:ff:ff:ff' as Mac;

const HARDWARE_ETHERNET = 1;
const PROTOCOL_IPV4 = 0x0800;
const OPERATION_REQUEST = 1;

/** The 28 bytes behind the link-layer header, for a packet socket that makes the header itself. */
export function encodeGratuitousArp(address: Ip, mac: Mac): Uint8Array {
  if (familyOf(address) !== 'inet') {
    throw new RangeError(`Cannot encode gratuitous ARP: an IPv4 address, got ${address}`);
  }
  const writer = createWriter(28);
  writer.u16(HARDWARE_ETHERNET);
  writer.u16(PROTOCOL_IPV4);
  writer.u8(6);
  writer.u8(4);
  writer.u16(OPERATION_REQUEST);
  writer.bytes(macBytes(mac));
  writer.bytes(ipBytes(address));
  writer.bytes(macBytes(mac));
  writer.bytes(ipBytes(address));
  return writer.written();
}

/** The whole Ethernet frame (42 bytes; the driver pads), to the broadcast address. */
export function encodeGratuitousArpFrame(address: Ip, mac: Mac): Uint8Array {
  const writer = createWriter(42);
  writer.bytes(macBytes(BROADCAST_MAC));
  writer.bytes(macBytes(mac));
  writer.u16(ETHERTYPE_ARP);
  writer.bytes(encodeGratuitousArp(address, mac));
  return writer.written();
}
