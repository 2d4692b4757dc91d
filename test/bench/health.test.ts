import { describe, expect, it } from 'vitest';
import { gapsBeyond, latenessOf, summarise } from '../../bench/health/lateness.ts';
import { addressesOf, describeLoad, parseLoad, servicesOf } from '../../bench/health/load.ts';
import { parseRecording } from '../../bench/health/recording.ts';

describe('lateness', () => {
  const second = 1e6;
  it('is against a grid of one check an interval, laid by the earliest', () => {
    expect(latenessOf([5000, second, 2 * second + 2000], second)).toEqual([5, 0, 2]);
  });
  it('of a check after one that was left out is still against the grid', () => {
    expect(latenessOf([0, 2 * second + 1000], second)).toEqual([0, 1]);
  });
  it('grows where each interval begins late', () => {
    expect(latenessOf([0, 1_001_000, 2_002_000], second)).toEqual([0, 1, 2]);
  });
  it('has quantiles that were measured', () => {
    const hundred = Array.from({ length: 100 }, (_, i) => i + 1);
    expect(summarise(hundred)).toEqual({ p50Ms: 50, p99Ms: 99, maxMs: 100 });
    expect(summarise([]).maxMs).toBeNaN();
  });
  it('of adverts is what a gap is beyond the interval', () => {
    expect(gapsBeyond([0, 101_000, 199_000], 100_000)).toEqual([1, 0]);
  });
});

describe('a load', () => {
  it('is so many servers by TCP and HTTP, a hundred a service, all different', () => {
    const load = { tcp: 150, http: 20, shared: false };
    expect(parseLoad('150+20')).toEqual(load);
    expect(servicesOf(load).map(({ kind, reals }) => `${kind} ${reals.length}`)).toEqual([
      'tcp 100',
      'tcp 50',
      'http 20',
    ]);
    expect(addressesOf(load)).toHaveLength(170);
    expect(describeLoad(load)).toBe('150 tcp + 20 http');
  });
  it('may be many services of one server', () => {
    const load = parseLoad('1000*1');
    expect(load && servicesOf(load)).toHaveLength(1000);
    expect(load && addressesOf(load)).toEqual(['10.9.0.1']);
  });
  it.each(['', 'x', '1+', '70000'])('is not %o', (text) => expect(parseLoad(text)).toBeUndefined());
});

describe('a recording', () => {
  const packet = (protocol: number, server: readonly number[], seconds: number, micros: number) => {
    const bytes = Buffer.alloc(16 + 34);
    bytes.writeUInt32LE(seconds, 0);
    bytes.writeUInt32LE(micros, 4);
    bytes.writeUInt32LE(34, 8);
    bytes[16 + 14 + 9] = protocol;
    bytes.set(server, 16 + 14 + 16);
    return bytes;
  };
  it('tells connects by server, and adverts, each with its time', () => {
    const file = Buffer.concat([
      Buffer.alloc(24),
      packet(6, [10, 9, 0, 1], 3, 7),
      packet(112, [224, 0, 0, 18], 4, 0),
      packet(6, [10, 9, 0, 1], 5, 8),
      packet(6, [10, 9, 0, 2], 6, 0).subarray(0, 30), // cut off
    ]);
    const { connects, adverts } = parseRecording(file);
    expect([...connects]).toEqual([['10.9.0.1', [3_000_007, 5_000_008]]]);
    expect(adverts).toEqual([4_000_000]);
  });
});
