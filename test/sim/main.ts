// make sim: plays one seed (SEED=n) with its configuration and a trace; when an invariant breaks, shows the
// smallest scenario that still breaks it. Without a seed: says how to give one. Status 1 if one broke.

import { describeScenario } from './describe-scenario.ts';
import { drawScenario } from './draw-scenario.ts';
import { shrink } from './shrink.ts';
import { simulate } from './simulate.ts';
import type { Trace } from './world.ts';

const print = (text: string): void => void process.stdout.write(`${text}\n`);
const trace: Trace = (at, who, text) =>
  print(`${(at / 1e6).toFixed(6).padStart(12)}  ${who.padEnd(8)} ${text}`);

function main(text: string | undefined): number {
  const seed = Number(text);
  if (text === undefined || text === '' || !Number.isSafeInteger(seed)) {
    print(`Cannot play a run: expected a seed as in SEED=17 make sim, got ${text || 'none'}`);
    return 2;
  }
  const scenario = drawScenario(seed);
  print(`${describeScenario(scenario)}\n`);
  const { finding, simulatedUs, adverts, transitions, outagesUs } = simulate(scenario, { trace });
  const worstMs = Math.max(0, ...outagesUs) / 1000;
  print(`\n${simulatedUs / 1e6} s, ${adverts} adverts, ${transitions} transitions`);
  print(`the client was without an answer ${outagesUs.length} times, for ${worstMs} ms at most`);
  if (finding === undefined) return 0;
  print(`\nbroken at ${finding.at / 1e6} s: ${finding.invariant}: ${finding.text}`);
  print(`\nthe smallest that breaks ${finding.invariant} too:\n${describeScenario(shrink(scenario))}`);
  return 1;
}

process.exitCode = main(process.argv[2] ?? process.env.SEED);
