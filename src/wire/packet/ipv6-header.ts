// The IPv6 header in front of what is sent with IPV6_HDRINCL or inside a frame: nothing in it is left to the
// kernel, and no extension headers. RFC 8200 §3.
import { type Ip, ipBytes } from '../../net/ip.ts';
import { createWriter } from '../writer.ts';

const VERSION_6 = 6;

export type Ipv6Header = {
  readonly source: Ip;
  readonly destination: Ip;
  readonly nextHeader: number;
  readonly hopLimit: number;
  readonly trafficClass: number;
};

/** @returns header and payload, ready to be sent. */
export function encodeIpv6(header: Ipv6Header, payload: Uint8Array): Uint8Array {
  const writer = createWriter(40 + payload.length);
  writer.u16((VERSION_6 << 12) | (header.trafficClass << 4));
  writer.u16(0); // flow label: none
  writer.u16(payload.length);
  writer.u8(header.nextHeader);
  writer.u8(header.hopLimit);
  writer.bytes(ipBytes(header.source));
  writer.bytes(ipBytes(header.destination));
  writer.bytes(payload);
  return writer.written();
}
