import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createShares, type Move } from '../../src/health/shares.ts';

type Step = {
  readonly what: 'open' | 'close' | 'relieve' | 'place' | 'remove';
  readonly process: number;
  readonly key: string;
  readonly load: number;
};

const step: fc.Arbitrary<Step> = fc.record({
  what: fc.constantFrom('open', 'close', 'relieve', 'place', 'place', 'place', 'remove'),
  process: fc.nat(4),
  key: fc.nat(40).map((number) => `check ${number}`),
  load: fc.double({ min: 0.001, max: 0.1, noNaN: true }),
});

/** What a caller believes, by what it was told alone. */
function play(steps: readonly Step[]) {
  const shares = createShares();
  const believed = new Map<string, number>();
  const open = new Set<number>();
  const follow = (moves: readonly Move[]) => {
    for (const { key, from, to } of moves) {
      expect(believed.get(key)).toBe(from);
      expect(to).not.toBe(from);
      believed.set(key, to);
    }
  };
  for (const each of steps) {
    const before = new Map(believed);
    if (each.what === 'open') {
      const moves = shares.open(each.process);
      for (const { to } of moves) expect(to).toBe(each.process);
      follow(moves);
      open.add(each.process);
    } else if (each.what === 'relieve') {
      const load = shares.loadOf(each.process);
      const moves = shares.relieve(each.process, 0.25);
      for (const { from } of moves) expect(from).toBe(each.process);
      expect(load - shares.loadOf(each.process)).toBeLessThanOrEqual(load / 4 + 1e-9);
      follow(moves);
    } else if (each.what === 'close') {
      const left = shares.close(each.process).map(({ key }) => key);
      const had = [...believed].filter(([, process]) => process === each.process).map(([key]) => key);
      expect([...left].sort()).toEqual(had.sort());
      for (const key of left) believed.delete(key);
      open.delete(each.process);
    } else if (each.what === 'place') {
      if (believed.has(each.key)) continue;
      const process = shares.place(each);
      expect(process === undefined).toBe(open.size === 0);
      if (process !== undefined) believed.set(each.key, process);
      // What is added moves nothing else.
      for (const [key, where] of before) expect(believed.get(key)).toBe(where);
    } else {
      shares.remove(each.key);
      believed.delete(each.key);
    }
    for (const [key, process] of believed) {
      expect(open.has(process)).toBe(true);
      expect(shares.processOf(key)).toBe(process);
    }
    const counted = [...open].reduce((sum, process) => sum + shares.countOf(process), 0);
    expect(counted).toBe(believed.size);
  }
  return { shares, open };
}

describe('checks are shared out', () => {
  it('so that each has one process that is there, and the caller knows it by what it is told alone', () => {
    fc.assert(fc.property(fc.array(step, { maxLength: 120 }), (steps) => void play(steps)));
  });

  it('evenly, but for the largest', () => {
    const loads = fc.array(fc.double({ min: 0.001, max: 0.1, noNaN: true }), {
      minLength: 1,
      maxLength: 200,
    });
    fc.assert(
      fc.property(loads, fc.integer({ min: 1, max: 8 }), (all, processes) => {
        const shares = createShares();
        for (let process = 0; process < processes; process++) shares.open(process);
        for (const [index, load] of all.entries()) shares.place({ key: `${index}`, load });
        const sums = shares.processes().map(shares.loadOf);
        expect(Math.max(...sums) - Math.min(...sums)).toBeLessThanOrEqual(Math.max(...all) + 1e-9);
      }),
    );
  });

  it('anew where a process comes: it has its share, and nobody else gains', () => {
    const shares = createShares();
    shares.open(0);
    shares.open(1);
    for (let index = 0; index < 300; index++) shares.place({ key: `${index}`, load: 1 });
    const moves = shares.open(2);
    expect(moves).toHaveLength(100);
    expect([0, 1, 2].map(shares.countOf)).toEqual([100, 100, 100]);
  });

  it('from one that falls behind to the one with least to do, and not beyond an even share', () => {
    const shares = createShares();
    shares.open(0);
    for (let index = 0; index < 80; index++) shares.place({ key: `${index}`, load: 1 });
    shares.open(1);
    expect(shares.relieve(0, 0.125)).toEqual([]);
    for (let index = 0; index < 20; index++) shares.remove(shares.keysOf(1)[0] ?? '');
    expect(shares.relieve(0, 0.125).map(({ to }) => to)).toEqual(new Array(5).fill(1));
  });
});
