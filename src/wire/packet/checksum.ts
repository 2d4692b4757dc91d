// The Internet checksum (RFC 1071) and the pseudo-headers that some protocols put in front of the message.
// Sums are of one's complement 16-bit words, folded; a message is intact if its sum, field included, is 0xffff.
import { familyOf, type Ip, ipBytes } from '../../net/ip.ts';

/** Adds `bytes` to a folded sum; an odd last byte counts as the high byte of a word. */
export function onesComplementSum(bytes: Uint8Array, start = 0): number {
  let sum = start;
  for (let i = 0; i < bytes.length; i += 2) sum += ((bytes[i] ?? 0) << 8) | (bytes[i + 1] ?? 0);
  while (sum > 0xffff) sum = (sum & 0xffff) + Math.floor(sum / 0x10000);
  return sum;
}

/** The value of the checksum field, from the sum over a message in which that field is zero. */
export const checksumOf = (sum: number): number => ~sum & 0xffff;

export const isIntact = (sum: number): boolean => sum === 0xffff;

export type PseudoHeader = {
  readonly source: Ip;
  readonly destination: Ip;
  readonly protocol: number;
  /** Bytes of the upper-layer message. */
  readonly length: number;
};

/** IPv4 as in RFC 5798 §5.2.8 (and RFC 9293 §3.1); IPv6 as in RFC 8200 §8.1. */
export function pseudoHeaderSum({ source, destination, protocol, length }: PseudoHeader): number {
  const addresses = onesComplementSum(ipBytes(destination), onesComplementSum(ipBytes(source)));
  const tail =
    familyOf(source) === 'inet'
      ? Uint8Array.of(0, protocol, length >> 8, length & 0xff)
      : Uint8Array.of(0, 0, length >> 8, length & 0xff, 0, 0, 0, protocol);
  return onesComplementSum(tail, addresses);
}
