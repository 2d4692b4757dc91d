import { describe, expect, it } from 'vitest';
import { createWriter } from '../../src/wire/writer.ts';

describe('a writer', () => {
  it('grows, whichever write it is that finds no room', () => {
    const writer = createWriter(8);
    writer.bytes(Uint8Array.of(1, 2, 3, 4, 5, 6, 7));
    writer.u32(0x08090a0b);
    writer.zeros(10);
    writer.u16(0x0c0d);
    expect([...writer.written()]).toEqual([
      1,
      2,
      3,
      4,
      5,
      6,
      7,
      8,
      9,
      10,
      11,
      ...new Array(10).fill(0),
      12,
      13,
    ]);
  });

  it('that begins anew writes zeros over what was there, and leaves its copies alone', () => {
    const writer = createWriter(8);
    writer.bytes(Uint8Array.of(1, 2, 3, 4));
    const copy = writer.copy();
    writer.clear();
    expect(writer.length()).toBe(0);
    writer.zeros(4);
    expect([...writer.written()]).toEqual([0, 0, 0, 0]);
    expect([...copy]).toEqual([1, 2, 3, 4]);
  });

  it('truncates nothing', () => {
    for (const write of [
      () => createWriter().u8(256),
      () => createWriter().u16(-1),
      () => createWriter().u16Host(65_536),
      () => createWriter().u32(1.5),
      () => createWriter().setU16(0, 1),
    ])
      expect(write).toThrow(RangeError);
  });
});
