// The lookup tables that sh, dh and mh build of a service's servers, in the kernel's order of them (the one added
// last stands first). Each place holds the index of a server. Source: ip_vs_sh.c, ip_vs_dh.c, ip_vs_mh.c.

import type { Destination } from '../model/ipvs.ts';
import type { Family } from '../net/ip.ts';
import { MAGLEV_KEYS, maglevHash } from './address-hash.ts';

/** sh: each server as many places in a row as its weight, one at least (ip_vs_sh_reassign). */
export const sourceTable = (servers: readonly Destination[], size: number): readonly number[] =>
  fillInTurns(
    servers.map(({ weight }) => Math.max(1, weight)),
    size,
  );

/** dh: one place after the other, whatever the weight (ip_vs_dh_reassign). */
export const destinationTable = (servers: readonly Destination[], size: number): readonly number[] =>
  fillInTurns(
    servers.map(() => 1),
    size,
  );

function fillInTurns(turns: readonly number[], size: number): readonly number[] {
  const table: number[] = [];
  while (turns.length > 0 && table.length < size) {
    for (const [index, count] of turns.entries()) {
      for (let n = 0; n < count && table.length < size; n += 1) table.push(index);
    }
  }
  return table;
}

/**
 * mh: the servers take places by turns, each in an order of its own (ip_vs_mh_populate).
 * @param lastWeights of each server the last one above 0; 0 where it never had one.
 * @param size a prime. @returns empty where nobody has a weight.
 */
export function maglevTable(
  family: Family,
  servers: readonly Destination[],
  lastWeights: readonly number[],
  { size, bits }: { readonly size: number; readonly bits: number },
): readonly number[] {
  const turns = maglevTurns(lastWeights, bits);
  if (!turns.some((count) => count > 0)) return [];
  const walks = servers.map((server) => ({
    at: maglevHash(family, server, MAGLEV_KEYS[0]) % size,
    skip: (maglevHash(family, server, MAGLEV_KEYS[1]) % (size - 1)) + 1,
  }));
  const table: number[] = new Array(size).fill(-1);
  for (let taken = 0; taken < size; ) {
    for (const [index, walk] of walks.entries()) {
      for (let n = 0; n < (turns[index] ?? 0) && taken < size; n += 1) {
        while (table[walk.at] !== -1) walk.at = (walk.at + walk.skip) % size;
        table[walk.at] = index;
        taken += 1;
      }
    }
  }
  return table;
}

/** Weights by their greatest common divisor, and halved until the largest fits `bits`; one at least. */
function maglevTurns(weights: readonly number[], bits: number): readonly number[] {
  const divisor = weights.reduce(greatestCommonDivisor, 0);
  if (divisor === 0) return weights.map(() => 0);
  const largest = Math.max(...weights) / divisor;
  const shift = Math.max(0, 32 - Math.clz32(largest) - bits);
  return weights.map((weight) => (weight === 0 ? 0 : Math.max(1, (weight / divisor) >>> shift)));
}

const greatestCommonDivisor = (a: number, b: number): number =>
  b === 0 ? a : greatestCommonDivisor(b, a % b);
