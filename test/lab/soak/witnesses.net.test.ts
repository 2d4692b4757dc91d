// What a soak run makes of a pair that stands still: alone, it breaks its bounds; where the machine stands still with it,
// as its witnesses do, it is excused, and counted. Processes are stopped and continued from outside.
import { describe, expect, it } from 'vitest';
import { byTheClock } from '../harness/by-the-clock.ts';
import { type Fault, type Scene, signal } from './fault.ts';
import { soak } from './soak.ts';

/** Each for longer than a lease and all bounds together. */
const standsStill = (name: string, pidsOf: (scene: Scene) => readonly (number | undefined)[]): Fault => ({
  name,
  gentle: false,
  lastsMs: [9000, 9000],
  inject: async (scene) => {
    const pids = pidsOf(scene);
    for (const pid of pids) signal(pid, 'SIGSTOP');
    return async () => {
      for (const pid of pids) signal(pid, 'SIGCONT');
    };
  },
});
const processesOf = ({ target, other }: Scene) =>
  [target.pids(), other.pids()].flatMap(({ main, vrrp }) => [main, vrrp]);

async function soakWith(fault: Fault) {
  const said: string[] = [];
  const options = { seed: 1, first: 0, secondsMax: 600, roundsMax: 1, faults: [fault] };
  const outcome = await soak({ ...options, say: (line) => said.push(line) });
  return { outcome, said: said.join('\n') };
}
const nobody = /nobody held the address/;

describe('a pair whose processes stand still', () => {
  it('breaks its bounds where the machine went on', byTheClock('a bound is a time'), async () => {
    const { outcome, said } = await soakWith(standsStill('both directors stand still', processesOf));
    expect(outcome.rounds, said).toBe(1);
    expect(outcome.violations.join('\n'), said).toMatch(nobody);
  });
  it('is excused where its witnesses stood still with it', byTheClock('a bound is a time'), async () => {
    const { outcome, said } = await soakWith(
      standsStill('all stand still', (scene) => [
        ...processesOf(scene),
        ...scene.witnesses.all.map(({ pid }) => pid),
      ]),
    );
    expect(outcome.violations, said).toEqual([]);
    expect(outcome.excused.join('\n'), said).toMatch(nobody);
    expect(outcome.stalledMs).toBeGreaterThan(8000);
  });
});
