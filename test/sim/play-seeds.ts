// Plays many seeds on every processor: compiles the simulator once, since threads of Node 20 read no TypeScript
// and compiled code is faster, and hands out ranges of seeds for as long as the time set aside for it lasts.
import { spawnSync } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import type { Finding } from './world.ts';

const root = join(fileURLToPath(import.meta.url), '..', '..', '..');
const RANGE = 100;

export type Tally = {
  readonly seeds: number;
  readonly simulatedUs: number;
  readonly adverts: number;
  readonly transitions: number;
  readonly findings: readonly (Finding & { readonly seed: number })[];
};

export type Budget = {
  /** Played however long they take. */
  readonly least: number;
  readonly most: number;
  /** A busy machine plays fewer seeds in it. */
  readonly milliseconds: number;
};

/** Seeds 1, 2, 3, and so on. */
export async function playSeeds({ least, most, milliseconds }: Budget): Promise<Tally> {
  compile();
  const end = performance.now() + milliseconds;
  const tallies: Tally[] = [];
  let next = 1;
  const work = async (): Promise<void> => {
    while (next <= least || (next <= most && performance.now() < end)) {
      const from = next;
      next += RANGE;
      tallies.push(await playRange({ from, to: next - 1 }));
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
