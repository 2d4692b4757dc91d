// The first segment of a TCP connection and the one that ends it, for who asks a port by hand, and what comes back.
// No options, no data. RFC 9293 §3.1.
import type { Ip } from '../../net/ip.ts';
import { createReader } from '../reader.ts';
import { createWriter } from '../writer.ts';
import { checksumOf, onesComplementSum, pseudoHeaderSum } from './checksum.ts';

export const IPPROTO_TCP = 6;
const SYN = 0x02;
const RST = 0x04;
const ACK = 0x10;

export type Segment = {
  readonly source: Ip;
  readonly destination: Ip;
  readonly sourcePort: number;
  readonly port: number;
  readonly sequence: number;
};

export const encodeSyn = (segment: Segment): Uint8Array => encodeSegment(segment, SYN);
/** Of our side, which has sent the SYN alone. */
export const encodeReset = (segment: Segment): Uint8Array =>
  encodeSegment({ ...segment, sequence: (segment.sequence + 1) >>> 0 }, RST);

function encodeSegment(
  { source, destination, sourcePort, port, sequence }: Segment,
  flags: number,
): Uint8Array {
  const writer = createWriter(20);
  writer.u16(sourcePort);
  writer.u16(port);
  writer.u32(sequence);
  writer.u32(0);
  writer.u8(5 << 4);
  writer.u8(flags);
  writer.u16(flags === SYN ? 0xffff : 0);
  writer.u16(0);
  writer.u16(0);
  const segment = writer.written();
  const pseudo = { source, destination, protocol: IPPROTO_TCP, length: segment.length };
  writer.setU16(16, checksumOf(onesComplementSum(segment, pseudoHeaderSum(pseudo))));
  return writer.written();
}

/** @returns which SYN is answered (its sequence), and how; undefined: it answers none. */
export function decodeSynAnswer(
  segment: Uint8Array,
): { readonly sequence: number; readonly is: 'accepted' | 'reset' } | undefined {
  const reader = createReader(segment);
  reader.skip(8);
  const acknowledged = reader.u32();
  reader.skip(1);
  const flags = reader.u8();
  if (reader.overrun() || (flags & ACK) === 0 || (flags & (SYN | RST)) === 0) return undefined;
  return { sequence: (acknowledged - 1) >>> 0, is: (flags & RST) === 0 ? 'accepted' : 'reset' };
}
