// The IPv4 header in front of what a raw socket delivers. Options are skipped, fragments never get here (the
// kernel has put them together), and the header checksum was verified by the kernel. RFC 791 §3.1.
import { type Ip, ipFromBytes } from '../../net/ip.ts';
import { err, ok, type Result } from '../../net/result.ts';
import { createReader } from '../reader.ts';

export type Ipv4Packet = {
  readonly ttl: number;
  readonly protocol: number;
  readonly source: Ip;
  readonly destination: Ip;
  /** Up to the header's total length: link-layer padding is cut off. A view, not a copy. */
  readonly payload: Uint8Array;
};

/** @returns the packet, or what is wrong with the header. */
export function decodeIpv4(bytes: Uint8Array): Result<Ipv4Packet, string> {
  const reader = createReader(bytes);
  const versionAndIhl = reader.u8();
  reader.skip(1);
  const totalLength = reader.u16();
  reader.skip(4);
  const ttl = reader.u8();
  const protocol = reader.u8();
  reader.skip(2);
  const source = reader.bytes(4);
  const destination = reader.bytes(4);
  if (reader.overrun()) return err(`IPv4 header of 20 bytes, got ${bytes.length}`);
  const headerLength = 4 * (versionAndIhl & 0x0f);
  if (versionAndIhl >> 4 !== 4) return err(`IP version 4, got ${versionAndIhl >> 4}`);
  if (headerLength < 20) return err(`IPv4 header length of at least 20, got ${headerLength}`);
  if (totalLength < headerLength || totalLength > bytes.length) {
    return err(`IPv4 total length from ${headerLength} to ${bytes.length}, got ${totalLength}`);
  }
  return ok({
    ttl,
    protocol,
    source: ipFromBytes(source),
    destination: ipFromBytes(destination),
    payload: bytes.subarray(headerLength, totalLength),
  });
}
