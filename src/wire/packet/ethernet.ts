// Ethernet frames around what they carry (IEEE 802.3, RFC 894), and whole IP packets inside them: nothing is left to the
// kernel, checksum included. An IPv4 packet may not be cut into pieces (DF), and every packet has a number by which errors
// about it are known: the identification of IPv4 (RFC 791 §3.1), the flow label of IPv6 (RFC 8200 §3).
import { familyOf, type Ip, ipFromBytes } from '../../net/ip.ts';
import { type Mac, macBytes, macFromBytes } from '../../net/mac.ts';
import { createWriter } from '../writer.ts';
import { checksumOf, onesComplementSum } from './checksum.ts';
import { decodeIpv4 } from './ipv4.ts';
import { encodeIpv4 } from './ipv4-header.ts';
import { encodeIpv6 } from './ipv6-header.ts';

export const ETHERTYPE_IPV4 = 0x0800;
const ETHERTYPE_IPV6 = 0x86dd;
const DONT_FRAGMENT = 0x4000;

export type IpPacket = {
  readonly source: Ip;
  readonly destination: Ip;
  readonly protocol: number;
  /** Or hop limit. */
  readonly ttl: number;
  readonly number: number;
};

export function encodeIpPacket(packet: IpPacket, payload: Uint8Array): Uint8Array {
  const { source, destination, protocol, ttl, number } = packet;
  if (familyOf(source) === 'inet6') {
    const bytes = encodeIpv6(
      { source, destination, nextHeader: protocol, hopLimit: ttl, trafficClass: 0 },
      payload,
    );
    bytes.set([number >> 8, number & 0xff], 2);
    return bytes;
  }
  const bytes = encodeIpv4({ source, destination, protocol, ttl, tos: 0 }, payload);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  view.setUint16(4, number);
  view.setUint16(6, DONT_FRAGMENT);
  view.setUint16(10, checksumOf(onesComplementSum(bytes.subarray(0, 20))));
  return bytes;
}

/** Around an IP packet, by its version. */
export function encodeIpFrame(to: Mac, from: Mac, packet: Uint8Array): Uint8Array {
  const writer = createWriter(14 + packet.length);
  writer.bytes(macBytes(to));
  writer.bytes(macBytes(from));
  writer.u16((packet[0] ?? 0) >> 4 === 6 ? ETHERTYPE_IPV6 : ETHERTYPE_IPV4);
  writer.bytes(packet);
  return writer.written();
}

export type EthernetFrame = { readonly from: Mac; readonly type: number; readonly payload: Uint8Array };

export function decodeEthernet(frame: Uint8Array): EthernetFrame | undefined {
  if (frame.length < 14) return undefined;
  const type = ((frame[12] ?? 0) << 8) | (frame[13] ?? 0);
  return { from: macFromBytes(frame.subarray(6, 12)), type, payload: frame.subarray(14) };
}

export type ReadIpPacket = Omit<IpPacket, 'number'> & { readonly payload: Uint8Array };

/** @returns undefined for what is no whole packet; extension headers are not looked behind. */
export function decodeIpPacket(bytes: Uint8Array): ReadIpPacket | undefined {
  if ((bytes[0] ?? 0) >> 4 === 4) {
    const packet = decodeIpv4(bytes);
    return packet.ok ? packet.value : undefined;
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 40 || view.getUint8(0) >> 4 !== 6) return undefined;
  const length = view.getUint16(4);
  if (bytes.length < 40 + length) return undefined;
  return {
    ...{ protocol: view.getUint8(6), ttl: view.getUint8(7) },
    ...{ source: ipFromBytes(bytes.slice(8, 24)), destination: ipFromBytes(bytes.slice(24, 40)) },
    payload: bytes.subarray(40, 40 + length),
  };
}
