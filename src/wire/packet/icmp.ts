// ICMP echo for both families: the request as it goes to an ICMP socket, and replies as they come from one.
// Knows no IP header and no pseudo-header: the kernel fills in the ICMPv6 checksum (RFC 3542 §3.1).
// Source: RFC 792 "Echo or Echo Reply Message", RFC 4443 §4.1 and §4.2.
import type { Family } from '../../net/ip.ts';
import { checksumOf, isIntact, onesComplementSum } from './checksum.ts';

/** `identifier` tells nothing in a reply from a ping socket, where the kernel writes its own. */
export type Echo = {
  readonly identifier: number;
  readonly sequence: number;
  readonly payload: Uint8Array;
};

const headerBytes = 8;
const requestType: Readonly<Record<Family, number>> = { inet: 8, inet6: 128 };
const replyType: Readonly<Record<Family, number>> = { inet: 0, inet6: 129 };

export function encodeEchoRequest(family: Family, { identifier, sequence, payload }: Echo): Uint8Array {
  const bytes = new Uint8Array(headerBytes + payload.length);
  const view = new DataView(bytes.buffer);
  view.setUint8(0, requestType[family]);
  view.setUint16(4, identifier);
  view.setUint16(6, sequence);
  bytes.set(payload, headerBytes);
  if (family === 'inet') view.setUint16(2, checksumOf(onesComplementSum(bytes)));
  return bytes;
}

/** @returns undefined for anything but an intact echo reply of that family. The payload is a view. */
export function decodeEchoReply(family: Family, bytes: Uint8Array): Echo | undefined {
  if (bytes.length < headerBytes || bytes[0] !== replyType[family] || bytes[1] !== 0) return undefined;
  if (family === 'inet' && !isIntact(onesComplementSum(bytes))) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return {
    identifier: view.getUint16(4),
    sequence: view.getUint16(6),
    payload: bytes.subarray(headerBytes),
  };
}
