// Plays many seeds on every processor: compiles the simulator once, since threads of Node 20 read no TypeScript
// and compiled code is faster, and hands out ranges of seeds.
import { spawnSync } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import type { Finding } from './world.ts';

const root = join(fileURLToPath(import.meta.url), '..', '..', '..');
const RANGE = 250;

export type Tally = {
  readonly seeds: number;
  readonly simulatedUs: number;
  readonly adverts: number;
  readonly transitions: number;
  readonly findings: readonly (Finding & { readonly seed: number })[];
};

export async function playSeeds(first: number, count: number): Promise<Tally> {
  compile();
  const ranges: { readonly from: number; readonly to: number }[] = [];
  for (let from = first; from < first + count; from += RANGE) {
    ranges.push({ from, to: Math.min(from + RANGE, first + count) - 1 });
  }
  const tallies: Tally[] = [];
  const work = async (): Promise<void> => {
    for (let range = ranges.shift(); range !== undefined; range = ranges.shift()) {
      tallies.push(await playRange(range));
    }
  };
  await Promise.all(Array.from({ length: availableParallelism() }, work));
  return tallies.reduce(add);
}

function compile(): void {
  const { status, stdout } = spawnSync(
    join(root, 'node_modules/.bin/tsc'),
    ['-p', join(root, 'test/sim/tsconfig.json')],
    { encoding: 'utf8' },
  );
  if (status !== 0) throw new Error(`Cannot compile the simulator: ${stdout}`);
}

const playRange = (workerData: { readonly from: number; readonly to: number }): Promise<Tally> =>
  new Promise((resolve, reject) => {
    const worker = new Worker(join(root, '.lab/sim/test/sim/worker.js'), { workerData });
    worker.once('message', resolve);
    worker.once('error', reject);
  });

const add = (a: Tally, b: Tally): Tally => ({
  seeds: a.seeds + b.seeds,
  simulatedUs: a.simulatedUs + b.simulatedUs,
  adverts: a.adverts + b.adverts,
  transitions: a.transitions + b.transitions,
  findings: [...a.findings, ...b.findings],
});
