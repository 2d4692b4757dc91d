import { describe, expect, it } from 'vitest';
import { decodeSchedFlags, encodeSchedFlags } from '../../../src/wire/ipvs/sched-flags.ts';

describe('scheduler flags', () => {
  it('are the bits 0x8, 0x10 and 0x20, with names of their own in sh and mh (IP_VS_SVC_F_SCHED1 to 3)', () => {
    for (const [scheduler, ...names] of [
      ['sh', 'sh-fallback', 'sh-port', 'flag-3'],
      ['mh', 'mh-fallback', 'mh-port', 'flag-3'],
      ['wrr', 'flag-1', 'flag-2', 'flag-3'],
    ] as const) {
      for (const [position, name] of names.entries()) {
        expect(encodeSchedFlags(scheduler, [name])).toBe(0x8 << position);
        expect(decodeSchedFlags(scheduler, 0x8 << position)).toEqual([name]);
      }
    }
  });

  it('are understood by position in every scheduler, and read back by name, sorted', () => {
    expect(encodeSchedFlags('sh', ['flag-2', 'sh-fallback'])).toBe(0x18);
    expect(decodeSchedFlags('sh', 0x38)).toEqual(['flag-3', 'sh-fallback', 'sh-port']);
  });

  it('are none where only other flags are set: persistent, hashed, one packet', () => {
    expect(decodeSchedFlags('sh', 0x7)).toEqual([]);
  });

  it('of another scheduler are refused', () => {
    expect(() => encodeSchedFlags('mh', ['sh-port'])).toThrow(RangeError);
  });
});
