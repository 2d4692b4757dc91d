// The hashes of IPVS over an address and a port, to the bit of what the kernel computes.
// Source: ip_vs_sh.c, ip_vs_dh.c and ip_vs_mh.c (net/netfilter/ipvs), hash.h (hash_32), siphash.c (hsiphash on a
// 64-bit machine is SipHash-1-3, cut to 32 bits).
import { type Family, type Ip, ipBytes } from '../net/ip.ts';

/** An address as one 32-bit number: the words of an IPv6 address combined by exclusive or. */
function fold(family: Family, address: Ip): number {
  const bytes = ipBytes(address);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  // In a service of IPv6 the words behind an IPv4 address are 0; in one of IPv4 only the first word counts.
  const words = family === 'inet' ? 1 : bytes.length / 4;
  let folded = 0;
  for (let index = 0; index < words; index += 1) folded ^= view.getUint32(4 * index);
  return folded >>> 0;
}

const GOLDEN_RATIO_32 = 0x61c88647;

/** hash_32 of the sum, since Linux 4.18. @param bits of the result. */
export function multiplicativeHash(family: Family, address: Ip, port: number, bits: number): number {
  const sum = (fold(family, address) + port) >>> 0;
  return Math.imul(sum, GOLDEN_RATIO_32) >>> (32 - bits);
}

/** Constants of mh (generate_hash_secret): the same on every director. */
export const MAGLEV_KEYS = [2_654_435_761n, 2_654_446_892n] as const;

/** The hash of mh. @param key both halves of hsiphash's. */
export function maglevHash(
  family: Family,
  { address, port }: { readonly address: Ip; readonly port: number },
  key: bigint,
  offset = 0,
): number {
  return sipHash13((offset + port + fold(family, address)) >>> 0, key);
}

const MASK = 0xffff_ffff_ffff_ffffn;
const rotate = (value: bigint, bits: bigint): bigint => ((value << bits) | (value >> (64n - bits))) & MASK;

type State = readonly [bigint, bigint, bigint, bigint];

function round([a, b, c, d]: State): State {
  const v0 = (a + b) & MASK;
  const v1 = rotate(b, 13n) ^ v0;
  const v2 = (c + d) & MASK;
  const v3 = rotate(d, 16n) ^ v2;
  const w0 = (rotate(v0, 32n) + v3) & MASK;
  const w3 = rotate(v3, 21n) ^ w0;
  const w2 = (v2 + v1) & MASK;
  return [w0, rotate(v1, 17n) ^ w2, rotate(w2, 32n), w3];
}

/** Of four bytes: hsiphash_1u32. */
export function sipHash13(word: number, key: bigint): number {
  const block = (4n << 56n) | BigInt(word);
  let state: State = [
    0x736f6d6570736575n ^ key,
    0x646f72616e646f6dn ^ key,
    0x6c7967656e657261n ^ key,
    0x7465646279746573n ^ key,
  ];
  state = round([state[0], state[1], state[2], state[3] ^ block]);
  state = [state[0] ^ block, state[1], state[2] ^ 0xffn, state[3]];
  const [v0, v1, v2, v3] = round(round(round(state)));
  return Number((v0 ^ v1 ^ v2 ^ v3) & 0xffff_ffffn);
}
