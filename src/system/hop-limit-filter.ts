// Socket filters (classic BPF) for a raw IPv6 socket, which tells its reader neither hop limit nor destination:
// the kernel checks both before anything is queued. Pure: programs as bytes. Source: linux/filter.h, bpf(4),
// RFC 9568 §5.1.2.3 (hop limit 255), RFC 5082 (bounds for peers that are further away).
import { type Ip, ipBytes } from '../net/ip.ts';

/** Of packets from that peer; bounds included. */
export type HopLimitBounds = { readonly peer: Ip; readonly min: number; readonly max: number };

type Instruction = readonly [code: number, jumpTrue: number, jumpFalse: number, k: number];

const LOAD_WORD = 0x20;
const LOAD_BYTE = 0x30;
const JUMP_EQUAL = 0x15;
const JUMP_GREATER = 0x25;
const JUMP_AT_LEAST = 0x35;
const RETURN = 0x06;

/** Offsets from here on count from the IPv6 header (SKF_NET_OFF). */
const NETWORK = -0x100000;
const HOP_LIMIT = NETWORK + 7;
const SOURCE = NETWORK + 8;
const DESTINATION = NETWORK + 24;
const MULTICAST = 0xff;

const ACCEPT: Instruction = [RETURN, 0, 0, 0xffff_ffff];
const REJECT: Instruction = [RETURN, 0, 0, 0];

/** To a group, and not from beyond a router. */
export const multicastFilter = (): Uint8Array =>
  assemble([
    [LOAD_BYTE, 0, 0, HOP_LIMIT],
    [JUMP_EQUAL, 0, 3, 255],
    [LOAD_BYTE, 0, 0, DESTINATION],
    [JUMP_EQUAL, 0, 1, MULTICAST],
    ACCEPT,
    REJECT,
  ]);

/** To this host alone, and within the bounds of its sender. Whoever has none passes: he is named by the reader. */
export const unicastFilter = (bounds: readonly HopLimitBounds[]): Uint8Array =>
  assemble([
    [LOAD_BYTE, 0, 0, DESTINATION],
    [JUMP_EQUAL, 0, 1, MULTICAST],
    REJECT,
    ...bounds.flatMap(peerRule),
    ACCEPT,
  ]);

/** Ends for packets of the peer; goes on behind itself for all others. */
function peerRule({ peer, min, max }: HopLimitBounds): readonly Instruction[] {
  const bytes = ipBytes(peer);
  const words = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const isPeer = [0, 1, 2, 3].flatMap((index): readonly Instruction[] => [
    [LOAD_WORD, 0, 0, SOURCE + 4 * index],
    [JUMP_EQUAL, 0, 11 - 2 * index, words.getUint32(4 * index)],
  ]);
  return [
    ...isPeer,
    [LOAD_BYTE, 0, 0, HOP_LIMIT],
    [JUMP_AT_LEAST, 0, 2, min],
    [JUMP_GREATER, 1, 0, max],
    ACCEPT,
    REJECT,
  ];
}

/** struct sock_filter: u16 code, u8 jt, u8 jf, u32 k, in the machine's order. */
function assemble(program: readonly Instruction[]): Uint8Array {
  const codes = new Uint16Array(4 * program.length);
  const bytes = new Uint8Array(codes.buffer);
  const operands = new Uint32Array(codes.buffer);
  for (const [index, [code, jumpTrue, jumpFalse, k]] of program.entries()) {
    codes[4 * index] = code;
    bytes[8 * index + 2] = jumpTrue;
    bytes[8 * index + 3] = jumpFalse;
    operands[2 * index + 1] = k >>> 0;
  }
  return bytes;
}
