// Plays a range of seeds in a thread of its own, and says what came of it. Started by play-seeds.ts.
import { parentPort, workerData } from 'node:worker_threads';
import { drawScenario } from './draw-scenario.ts';
import type { Tally } from './play-seeds.ts';
import { simulate } from './simulate.ts';

function play(from: number, to: number): Tally {
  const tally = {
    seeds: 0,
    simulatedUs: 0,
    adverts: 0,
    transitions: 0,
    findings: [] as Tally['findings'][number][],
  };
  for (let seed = from; seed <= to; seed++) {
    const { finding, simulatedUs, adverts, transitions } = simulate(drawScenario(seed));
    tally.seeds += 1;
    tally.simulatedUs += simulatedUs;
    tally.adverts += adverts;
    tally.transitions += transitions;
    if (finding !== undefined) tally.findings.push({ seed, ...finding });
  }
  return tally;
}

const { from, to } = workerData as { readonly from: number; readonly to: number };
parentPort?.postMessage(play(from, to));
