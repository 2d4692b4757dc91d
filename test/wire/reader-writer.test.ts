import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createReader } from '../../src/wire/reader.ts';
import { createWriter } from '../../src/wire/writer.ts';

const u8 = fc.nat(0xff);
const u16 = fc.nat(0xffff);
const u32 = fc.nat(0xffff_ffff);
const s32 = fc.integer({ min: -0x8000_0000, max: 0x7fff_ffff });

describe('reader and writer', () => {
  it('read back every field that was written', () => {
    fc.assert(
      fc.property(u8, u16, u32, s32, fc.uint8Array({ maxLength: 300 }), (a, b, c, d, tail) => {
        const writer = createWriter(1);
        writer.u8(a);
        writer.u16(b);
        writer.u16Host(b);
        writer.u32(c);
        writer.u32Host(c);
        writer.s32Host(d);
        writer.bytes(tail);
        const reader = createReader(writer.written());
        expect([reader.u8(), reader.u16(), reader.u16Host(), reader.u32(), reader.u32Host()]).toEqual([
          a,
          b,
          b,
          c,
          c,
        ]);
        expect(reader.s32Host()).toBe(d);
        expect([...reader.rest()]).toEqual([...tail]);
        expect(reader.overrun()).toBe(false);
      }),
    );
  });

  it('write network order high byte first', () => {
    const writer = createWriter();
    writer.u16(0x0102);
    writer.u32(0x03040506);
    expect([...writer.written()]).toEqual([1, 2, 3, 4, 5, 6]);
  });

  it('fill in a field that was written before, and nothing beyond', () => {
    const writer = createWriter();
    writer.zeros(2);
    writer.setU16(0, 0xabcd);
    expect([...writer.written()]).toEqual([0xab, 0xcd]);
    expect(() => writer.setU16(1, 1)).toThrow('Cannot set field');
  });

  it('refuse a number that does not fit instead of truncating it', () => {
    const writer = createWriter();
    expect(() => writer.u8(256)).toThrow('Cannot write field: expected an integer from 0 to 255, got 256');
    expect(() => writer.u16(-1)).toThrow(RangeError);
    expect(() => writer.u32(0x1_0000_0000)).toThrow(RangeError);
    expect(() => writer.u16Host(1.5)).toThrow(RangeError);
  });

  it('stay overrun after a read past the end, and give zeros', () => {
    const reader = createReader(Uint8Array.of(1, 2, 3));
    expect(reader.u32()).toBe(0);
    expect([reader.overrun(), reader.remaining(), reader.u8(), reader.bytes(1).length]).toEqual([
      true,
      0,
      0,
      0,
    ]);
  });

  it('never read outside a view of a larger buffer', () => {
    const reader = createReader(Uint8Array.of(9, 1, 2, 9, 9).subarray(1, 3));
    expect(reader.u16()).toBe(0x0102);
    expect([reader.u8(), reader.overrun()]).toEqual([0, true]);
  });

  it('treat a negative or absurd length as an overrun', () => {
    for (const length of [-1, Number.NaN, 2 ** 40]) {
      const reader = createReader(Uint8Array.of(1));
      reader.skip(length);
      expect(reader.overrun()).toBe(true);
    }
  });
});
