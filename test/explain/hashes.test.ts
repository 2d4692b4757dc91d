// The rules by which sh, dh and mh place servers and clients. That the numbers are the kernel's own is what
// test/lab/explain proves, with hundreds of clients.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { maglevHash, multiplicativeHash, sipHash13 } from '../../src/explain/address-hash.ts';
import { destinationTable, maglevTable, sourceTable } from '../../src/explain/hash-tables.ts';
import { ip } from '../../src/net/ip.ts';
import { aDestination } from '../make/a-destination.ts';

const serverOf = (n: number, weight: number) =>
  aDestination({ address: ip(`10.1.0.${n}`), forward: 'masq', weight });
const count = (table: readonly number[], index: number) => table.filter((place) => place === index).length;

describe('hash_32', () => {
  it.each([
    // 1 * 0x61c88647, its eight highest bits.
    { address: '0.0.0.1', port: 0, bits: 8, hash: 0x61 },
    { address: '0.0.0.0', port: 1, bits: 8, hash: 0x61 },
    { address: '0.0.0.2', port: 0, bits: 4, hash: 0xc },
    { address: '255.255.255.255', port: 1, bits: 8, hash: 0 },
  ])('of $address and $port is $hash', ({ address, port, bits, hash }) => {
    expect(multiplicativeHash('inet', ip(address), port, bits)).toBe(hash);
  });

  it('takes the words of an IPv6 address together by exclusive or', () => {
    expect(multiplicativeHash('inet6', ip('fd00:9::fd00:8'), 0, 8)).toBe(0x61);
    expect(multiplicativeHash('inet6', ip('2001:db8::1'), 0, 8)).toBe(
      multiplicativeHash('inet', ip('32.1.13.185'), 0, 8),
    );
  });
});

describe('hsiphash on 64 bits', () => {
  it('is SipHash-1-3, whose length counts in', () => {
    expect(sipHash13(0, 0n)).not.toBe(sipHash13(0, 1n));
    expect(sipHash13(0, 0n)).toBeLessThan(2 ** 32);
  });

  it('adds offset, port and address before it hashes', () => {
    const at = (address: string, port: number, offset: number) =>
      maglevHash('inet', { address: ip(address), port }, 7n, offset);
    expect(at('10.0.0.9', 0, 0)).toBe(at('10.0.0.2', 3, 4));
    expect(at('255.255.255.255', 1, 0)).toBe(at('0.0.0.0', 0, 0));
  });
});

describe('the table of sh', () => {
  it('gives each server as many places in a row as its weight, again and again', () => {
    expect(sourceTable([serverOf(1, 2), serverOf(2, 3)], 8)).toEqual([0, 0, 1, 1, 1, 0, 0, 1]);
  });
  it('gives one place to a server of weight 0: who falls on it gets nobody', () => {
    expect(sourceTable([serverOf(1, 0), serverOf(2, 2)], 6)).toEqual([0, 1, 1, 0, 1, 1]);
  });
  it('is empty without servers', () => expect(sourceTable([], 8)).toEqual([]));
});

describe('the table of dh', () => {
  it('gives each server one place after the other, whatever its weight', () => {
    expect(destinationTable([serverOf(1, 9), serverOf(2, 0), serverOf(3, 1)], 5)).toEqual([0, 1, 2, 0, 1]);
  });
});

describe('the table of mh', () => {
  const options = { size: 4093, bits: 6 };
  const tableOf = (weights: readonly number[]) =>
    maglevTable(
      'inet',
      weights.map((weight, n) => serverOf(n + 1, weight)),
      weights,
      options,
    );

  it('is full, and shared out by weight, for any weights', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 1, maxLength: 6 }), (weights) => {
        const table = tableOf(weights);
        const sum = weights.reduce((a, b) => a + b, 0);
        expect(table.includes(-1)).toBe(false);
        for (const [index, weight] of weights.entries()) {
          expect(Math.abs(count(table, index) - (4093 * weight) / sum)).toBeLessThanOrEqual(weight + 1);
        }
      }),
      { numRuns: 30 },
    );
  });

  it('divides weights by their common divisor: 4, 6 and 10 are 2, 3 and 5', () => {
    expect(tableOf([4, 6, 10])).toEqual(tableOf([2, 3, 5]));
  });

  it('halves large weights until they fit six bits, and leaves one turn at least', () => {
    expect(tableOf([64, 63])).toEqual(tableOf([32, 31]));
    expect(tableOf([1, 65_535])).toEqual(tableOf([1, 63]));
  });

  it('gives nothing to a server that never had a weight, and is empty where nobody had one', () => {
    expect(count(tableOf([1, 0, 1]), 1)).toBe(0);
    expect(tableOf([0, 0])).toEqual([]);
  });

  it('moves few clients when a server goes', () => {
    const [before, after] = [tableOf([1, 1, 1, 1]), tableOf([1, 1, 1, 0])];
    const moved = before.filter((server, place) => server !== 3 && server !== after[place]).length;
    expect(moved).toBeLessThan(4093 / 10);
  });
});
