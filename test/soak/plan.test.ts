// A seed is a run: the same faults at the same directors at the same times, whether it begins at the start or within.
import { describe, expect, it } from 'vitest';
import { type Dealt, planRound } from './plan.ts';

const fault = (name: string, gentle: boolean): Dealt => ({ name, gentle, lastsMs: [100, 5000] });
const faults = [fault('kill', false), fault('stop', false), fault('loss', true), fault('flap', true)];

const told = (seed: number, round: number) => {
  const { random, ...planned } = planRound(seed, round, faults);
  return { ...planned, rolls: [random.next(), random.next()] };
};
const rounds = (seed: number, count: number) =>
  Array.from({ length: count }, (_, round) => told(seed, round));

describe('a seed', () => {
  it('replays a run, and each round of it alone', () => {
    expect(rounds(17, 60)).toEqual(rounds(17, 60));
    expect(told(17, 41)).toEqual(rounds(17, 60)[41]);
  });

  it('is another run than the next one', () => {
    expect(rounds(17, 10)).not.toEqual(rounds(18, 10));
  });

  it('has each fault once in a deck, then faults that end no process, then all again', () => {
    const names = rounds(5, 30).map((round) => round.fault.name);
    expect([...names.slice(0, 4)].sort()).toEqual(['flap', 'kill', 'loss', 'stop']);
    expect([...names.slice(4, 8)].sort()).toEqual(['flap', 'kill', 'loss', 'stop']);
    for (let deck = 8; deck < 26; deck += 2)
      expect([...names.slice(deck, deck + 2)].sort()).toEqual(['flap', 'loss']);
    expect([...names.slice(26, 30)].sort()).toEqual(['flap', 'kill', 'loss', 'stop']);
  });

  it('lasts as long as the fault may, at either director, with and without a dying server', () => {
    const all = Array.from({ length: 50 }, (_, seed) => rounds(seed, 8)).flat();
    for (const { lastsMs } of all) expect(lastsMs >= 100 && lastsMs <= 5000).toBe(true);
    expect(new Set(all.map(({ target }) => target))).toEqual(new Set([0, 1]));
    expect(new Set(all.map(({ death }) => death?.server))).toEqual(new Set([undefined, 0, 1]));
  });

  it('needs a fault', () => {
    expect(() => planRound(1, 1, [])).toThrow('Cannot plan a round: expected at least one fault, got none');
  });
});
