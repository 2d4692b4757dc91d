// Writes socket filters (classic BPF): steps with labels become the bytes of a program. What a program lets in is
// decided where it is made. All jumps go forward, and each test is two instructions, since its own jumps reach no
// further than 255. Pure. Source: linux/filter.h, bpf(4).

export const LOAD_LENGTH = 0x80;
export const LOAD_WORD = 0x20;
export const LOAD_HALF = 0x28;
export const LOAD_BYTE = 0x30;
/** Of the packet, behind X. */
export const LOAD_BYTE_BEHIND = 0x50;
/** Into X: four times the lower half of the byte, as IPv4 tells the length of its header. */
export const LOAD_HEADER_LENGTH = 0xb1;
export const SUBTRACT_X = 0x1c;
const JUMP = 0x05;
const JUMP_EQUAL = 0x15;
const JUMP_GREATER = 0x25;
const JUMP_AT_LEAST = 0x35;
const JUMP_ANY_BIT = 0x45;
const RETURN = 0x06;

/** Offsets from here on count from the IP header, wherever the packet of the socket begins (SKF_NET_OFF). */
export const NETWORK = -0x100000;
/** The index of the interface, in place of packet data (SKF_AD_OFF + SKF_AD_IFINDEX). */
export const INTERFACE_INDEX = -0x1000 + 8;
/** A random number in place of packet data (SKF_AD_OFF + SKF_AD_RANDOM). */
const RANDOM = -0x1000 + 56;

type Instruction = readonly [code: number, jumpTrue: number, jumpFalse: number, k: number];

export type FilterStep =
  | { readonly label: string }
  | { readonly code: number; readonly k: number }
  | { readonly test: number; readonly k: number; readonly to: string; readonly when: boolean };

export const at = (label: string): FilterStep => ({ label });
export const load = (code: number, k = 0): FilterStep => ({ code, k });
export const ifEqual = (k: number, to: string): FilterStep => ({ test: JUMP_EQUAL, k, to, when: true });
export const unlessEqual = (k: number, to: string): FilterStep => ({ test: JUMP_EQUAL, k, to, when: false });
export const ifGreater = (k: number, to: string): FilterStep => ({ test: JUMP_GREATER, k, to, when: true });
export const unlessAtLeast = (k: number, to: string): FilterStep => ({
  ...{ test: JUMP_AT_LEAST, k, to },
  when: false,
});
export const unlessAnyBit = (k: number, to: string): FilterStep => ({
  ...{ test: JUMP_ANY_BIT, k, to },
  when: false,
});
export const goTo = (to: string): FilterStep => ({ test: JUMP, k: 0, to, when: true });

export const accept: FilterStep = { code: RETURN, k: 0xffff_ffff };
export const reject: FilterStep = { code: RETURN, k: 0 };

/** One packet in 2^shift goes on, by chance; the others go to the label. */
export const unlessSampled = (shift: number, to: string): readonly FilterStep[] =>
  shift === 0 ? [] : [load(LOAD_WORD, RANDOM), { test: JUMP_ANY_BIT, k: 2 ** shift - 1, to, when: true }];

/** @returns struct sock_filter[]: u16 code, u8 jt, u8 jf, u32 k each, in the machine's order. */
export function assemble(steps: readonly FilterStep[]): Uint8Array {
  const places = new Map<string, number>();
  let size = 0;
  for (const step of steps) {
    if ('label' in step) places.set(step.label, size);
    else size += sizeOf(step);
  }
  const program: Instruction[] = [];
  for (const step of steps) {
    if ('code' in step) program.push([step.code, 0, 0, step.k]);
    if (!('test' in step)) continue;
    const target = places.get(step.to);
    if (target === undefined) throw new Error(`Cannot assemble filter: expected a label, got ${step.to}`);
    if (step.test !== JUMP) program.push([step.test, step.when ? 0 : 1, step.when ? 1 : 0, step.k]);
    program.push([JUMP, 0, 0, target - program.length - 1]);
  }
  return encode(program);
}

const sizeOf = (step: FilterStep): number => ('test' in step && step.test !== JUMP ? 2 : 1);

function encode(program: readonly Instruction[]): Uint8Array {
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
