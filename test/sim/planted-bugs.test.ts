import { describe, expect, it } from 'vitest';
import { drawScenario } from './draw-scenario.ts';
import { PLANTED_BUGS } from './planted-bugs.ts';
import { shrink } from './shrink.ts';
import { simulate } from './simulate.ts';
import type { Machine } from './world.ts';

const SEEDS_MOST = 400;

/** The first seed that shows the bug. */
function firstSeed(machine: Machine): number | undefined {
  for (let seed = 1; seed <= SEEDS_MOST; seed++) {
    if (simulate(drawScenario(seed), { machine }).finding !== undefined) return seed;
  }
  return undefined;
}

describe('the simulator finds that', () => {
  for (const [bug, machine] of Object.entries(PLANTED_BUGS)) {
    it(bug, { timeout: 60_000 }, () => {
      expect(firstSeed(machine)).toBeDefined();
    });
  }
});

describe('a failing run', () => {
  it('is cut down to the faults that matter', { timeout: 60_000 }, () => {
    const machine = PLANTED_BUGS['priority 0 is ignored'] as Machine;
    const scenario = drawScenario(firstSeed(machine) ?? 0);
    const small = shrink(scenario, { machine });
    const { finding } = simulate(scenario, { machine });
    expect(simulate(small, { machine }).finding?.invariant).toBe(finding?.invariant);
    expect(small.faults.length).toBeLessThanOrEqual(Math.min(2, scenario.faults.length));
  });
});
