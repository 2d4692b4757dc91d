import { describe, expect, it } from 'vitest';
import { drawScenario } from './draw-scenario.ts';
import { playSeeds } from './play-seeds.ts';
import type { Scenario } from './scenario.ts';
import { simulate } from './simulate.ts';

const BUDGET = { least: 1000, most: 10_000, milliseconds: 60_000 };
const YEAR_US = 365 * 86_400 * 1e6;

/** S9: every host's clock begins years apart from where it did. */
const yearsApart = (scenario: Scenario): Scenario => ({
  ...scenario,
  hosts: scenario.hosts.map((host, index) => ({
    ...host,
    clock: { ...host.clock, offsetUs: host.clock.offsetUs + (index + 1) * YEAR_US },
  })),
});

describe('routers on a network that fails', () => {
  it('keep every invariant of safety and liveness, in as many runs as a minute holds', async ({
    annotate,
  }) => {
    const { seeds, simulatedUs, adverts, transitions, findings } = await playSeeds(BUDGET);
    await annotate(`${seeds} runs`);
    const broken = findings
      .slice(0, 20)
      .map(({ seed, invariant, text }) => `SEED=${seed} make sim   # ${invariant}: ${text}`);
    expect(broken).toEqual([]);
    expect(seeds).toBeGreaterThanOrEqual(BUDGET.least);
    // Minutes each, and not idle ones.
    expect(simulatedUs / seeds).toBeGreaterThan(60e6);
    expect(adverts / seeds).toBeGreaterThan(100);
    expect(transitions).toBeGreaterThan(10 * seeds);
  });

  it('run the same way again for the same seed', () => {
    for (let seed = 1; seed <= 20; seed++) {
      expect(simulate(drawScenario(seed))).toEqual(simulate(drawScenario(seed)));
    }
  });

  it('do the same whatever their clocks say: only differences count (S9)', () => {
    for (let seed = 1; seed <= 40; seed++) {
      const scenario = drawScenario(seed);
      const { simulatedUs, ...outcome } = simulate(scenario);
      expect(simulate(yearsApart(scenario))).toMatchObject({ ...outcome, simulatedUs });
    }
  });
});
