// Reads bytes without ever reading past them and without a throw. A read that does not fit marks the reader
// as overrun, for good, and gives zeros from then on; a codec reads all its fields, then asks `overrun()`
// once, before it judges any of them. Multi-byte fields are in network order unless the name ends in Host.

export type Reader = {
  readonly u8: () => number;
  readonly u16: () => number;
  readonly u32: () => number;
  readonly u16Host: () => number;
  readonly u32Host: () => number;
  readonly s32Host: () => number;
  /** A view, not a copy. Empty where fewer than `length` bytes remain. */
  readonly bytes: (length: number) => Uint8Array;
  /** All that remains, as a view. */
  readonly rest: () => Uint8Array;
  readonly skip: (length: number) => void;
  readonly offset: () => number;
  /** 0 once overrun, so that a loop over what remains ends. */
  readonly remaining: () => number;
  readonly overrun: () => boolean;
};

/** Whether this machine stores the low byte first: netlink speaks the host's byte order. */
export const hostIsLittleEndian = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1;

const NOTHING = new Uint8Array(0);

export function createReader(source: Uint8Array): Reader {
  const view = new DataView(source.buffer, source.byteOffset, source.byteLength);
  let offset = 0;
  let overrun = false;

  /** Where the next `length` bytes begin, or undefined where there are not so many. */
  const take = (length: number): number | undefined => {
    if (overrun || !(length >= 0 && length <= source.length - offset)) {
      overrun = true;
      return undefined;
    }
    offset += length;
    return offset - length;
  };
  const number = (length: number, read: (at: number) => number): number => {
    const at = take(length);
    return at === undefined ? 0 : read(at);
  };
  const bytes = (length: number): Uint8Array => {
    const at = take(length);
    return at === undefined ? NOTHING : source.subarray(at, at + length);
  };
  const remaining = () => (overrun ? 0 : source.length - offset);

  return {
    u8: () => number(1, (at) => view.getUint8(at)),
    u16: () => number(2, (at) => view.getUint16(at)),
    u32: () => number(4, (at) => view.getUint32(at)),
    u16Host: () => number(2, (at) => view.getUint16(at, hostIsLittleEndian)),
    u32Host: () => number(4, (at) => view.getUint32(at, hostIsLittleEndian)),
    s32Host: () => number(4, (at) => view.getInt32(at, hostIsLittleEndian)),
    bytes,
    rest: () => bytes(remaining()),
    skip: (length) => void take(length),
    offset: () => offset,
    remaining,
    overrun: () => overrun,
  };
}
