// The IPv4 header in front of what a raw socket with IP_HDRINCL sends. The kernel fills in total length,
// identification and header checksum (raw(7)); everything else is as given. RFC 791 §3.1.
import { type Ip, ipBytes } from '../../net/ip.ts';
import { createWriter } from '../writer.ts';

const VERSION_4_IHL_5 = 0x45;

export type Ipv4Header = {
  readonly source: Ip;
  readonly destination: Ip;
  readonly protocol: number;
  readonly ttl: number;
  readonly tos: number;
};

/** @returns header and payload, ready to be sent. */
export function encodeIpv4(header: Ipv4Header, payload: Uint8Array): Uint8Array {
  const writer = createWriter(20 + payload.length);
  writer.u8(VERSION_4_IHL_5);
  writer.u8(header.tos);
  writer.u16(20 + payload.length);
  writer.u16(0); // identification: the kernel's
  writer.u16(0); // no flags, no fragment
  writer.u8(header.ttl);
  writer.u8(header.protocol);
  writer.u16(0); // checksum: the kernel's
  writer.bytes(ipBytes(header.source));
  writer.bytes(ipBytes(header.destination));
  writer.bytes(payload);
  return writer.written();
}
