// Writes bytes into a buffer that grows. Multi-byte fields are in network order unless the name ends in Host.
// A number that does not fit its field is a mistake of the caller and throws: nothing is ever truncated.
import { hostIsLittleEndian } from './reader.ts';

export type Writer = {
  readonly u8: (value: number) => void;
  readonly u16: (value: number) => void;
  readonly u32: (value: number) => void;
  readonly u16Host: (value: number) => void;
  readonly u32Host: (value: number) => void;
  readonly s32Host: (value: number) => void;
  readonly bytes: (value: Uint8Array) => void;
  readonly zeros: (count: number) => void;
  /** Fills in a field written before: a length or a checksum that is known only later. */
  readonly setU16: (offset: number, value: number) => void;
  readonly setU16Host: (offset: number, value: number) => void;
  readonly setU32Host: (offset: number, value: number) => void;
  readonly length: () => number;
  /** What was written so far; a view that the next write may leave behind. */
  readonly written: () => Uint8Array;
  /** What was written so far, for good. */
  readonly copy: () => Uint8Array;
  /** Begins anew, in the memory that is there. */
  readonly clear: () => void;
};

/** @param sizeHint bytes to start with; only a matter of speed. */
export function createWriter(sizeHint = 64): Writer {
  let buffer = new Uint8Array(Math.max(sizeHint, 8));
  let view = new DataView(buffer.buffer);
  let length = 0;

  /** Comes before the write: the view to write with is the one after growth. @returns where to write. */
  const grow = (count: number): number => {
    if (length + count > buffer.length) {
      buffer = enlarged(buffer, length + count);
      view = new DataView(buffer.buffer);
    }
    length += count;
    return length - count;
  };
  return {
    u8: (value) => {
      const at = grow(1);
      view.setUint8(at, u8(value));
    },
    u16: (value) => {
      const at = grow(2);
      view.setUint16(at, u16(value));
    },
    u32: (value) => {
      const at = grow(4);
      view.setUint32(at, u32(value));
    },
    u16Host: (value) => {
      const at = grow(2);
      view.setUint16(at, u16(value), hostIsLittleEndian);
    },
    u32Host: (value) => {
      const at = grow(4);
      view.setUint32(at, u32(value), hostIsLittleEndian);
    },
    s32Host: (value) => {
      const at = grow(4);
      view.setInt32(at, s32(value), hostIsLittleEndian);
    },
    bytes: (value) => {
      const at = grow(value.length);
      buffer.set(value, at);
    },
    zeros: (count) => {
      const at = grow(count);
      buffer.fill(0, at, at + count);
    },
    setU16: (at, value) => view.setUint16(within(length, at, 2), u16(value)),
    setU16Host: (at, value) => view.setUint16(within(length, at, 2), u16(value), hostIsLittleEndian),
    setU32Host: (at, value) => view.setUint32(within(length, at, 4), u32(value), hostIsLittleEndian),
    length: () => length,
    written: () => buffer.subarray(0, length),
    copy: () => buffer.slice(0, length),
    clear: () => {
      length = 0;
    },
  };
}

function enlarged(buffer: Uint8Array, length: number): Uint8Array<ArrayBuffer> {
  const larger = new Uint8Array(Math.max(2 * buffer.length, length));
  larger.set(buffer);
  return larger;
}

function within(length: number, offset: number, count: number): number {
  if (Number.isInteger(offset) && offset >= 0 && offset + count <= length) return offset;
  throw new RangeError(
    `Cannot set field: expected ${count} bytes already written, got offset ${offset} of ${length}`,
  );
}

const u8 = (value: number) => inRange(value, 0, 0xff);
const u16 = (value: number) => inRange(value, 0, 0xffff);
const u32 = (value: number) => inRange(value, 0, 0xffff_ffff);
const s32 = (value: number) => inRange(value, -0x8000_0000, 0x7fff_ffff);

function inRange(value: number, min: number, max: number): number {
  if (Number.isInteger(value) && value >= min && value <= max) return value;
  throw new RangeError(`Cannot write field: expected an integer from ${min} to ${max}, got ${value}`);
}
