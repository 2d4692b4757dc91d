// A soak run in short: a pair is tormented for most of a minute, as one seed has it, and every invariant holds. `make soak`
// does so for an hour.
import { describe, expect, it } from 'vitest';
import { byTheClock } from '../harness/by-the-clock.ts';
import { soak } from './soak.ts';

const seed = Number(process.env.SEED ?? 1);

describe('a pair that is tormented', () => {
  it(
    `for half a minute (SEED=${seed}) keeps every invariant`,
    byTheClock('a holder within the bound is a time'),
    async () => {
      const said: string[] = [];
      const outcome = await soak({
        ...{ seed, first: 0, secondsMax: 30, roundsMax: 6 },
        say: (line) => said.push(line),
      });
      expect(outcome.violations, said.join('\n')).toEqual([]);
      expect(outcome.rounds, said.join('\n')).toBeGreaterThan(0);
      expect(outcome.requests).toBeGreaterThan(outcome.lost * 2);
    },
  );
});
