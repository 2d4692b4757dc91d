import { describe, expect, it } from 'vitest';
import { drawScenario } from './draw-scenario.ts';
import { PLANTED_BUGS, type PlantedBug } from './planted-bugs.ts';
import { shrink } from './shrink.ts';
import { simulate } from './simulate.ts';
import type { Machine } from './world.ts';

const SEEDS_MOST = 400;

/** The first seed that shows the bug, and what it breaks there. */
function firstFinding(machine: Machine) {
  for (let seed = 1; seed <= SEEDS_MOST; seed++) {
    const { finding } = simulate(drawScenario(seed), { machine });
    if (finding !== undefined) return { seed, invariant: finding.invariant };
  }
  return undefined;
}

describe('the simulator finds that', () => {
  for (const [bug, { machine, breaks }] of Object.entries(PLANTED_BUGS)) {
    it(bug, () => {
      expect(breaks).toContain(firstFinding(machine)?.invariant);
    });
  }
});

describe('a failing run', () => {
  it('is cut down to the faults that matter', () => {
    const { machine } = PLANTED_BUGS['priority 0 is ignored'] as PlantedBug;
    const scenario = drawScenario(firstFinding(machine)?.seed ?? 0);
    const small = shrink(scenario, { machine });
    const { finding } = simulate(scenario, { machine });
    expect(simulate(small, { machine }).finding?.invariant).toBe(finding?.invariant);
    expect(small.faults.length).toBeLessThanOrEqual(Math.min(2, scenario.faults.length));
  });
});
