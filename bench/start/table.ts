// How long a start takes until the kernel has the whole table: 1,000 services of ten servers, without checks, from exec
// on; beside keepalived's in the same run. Needs root, IPVS and dist/ (scripts/bench-start.sh finds a kernel).
//   node table.js [--runs 3] [--json]
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { type Host, type Lab, withLab } from '../../test/lab/harness/namespaces.ts';
import { startDirector, startKeepalived } from '../../test/lab/harness/programs.ts';
import { exitBySignals, refusing, wordsOr } from '../command-line.ts';
import { directorConfig, entriesOf, keepalivedConfig, siteOf } from '../ipvs/site.ts';

const refuse = refusing('Usage: make bench-start OPTIONS="[--runs 5] [--json]"\n');
const { values } = wordsOr(refuse, () =>
  parseArgs({
    options: { runs: { type: 'string', default: '3' }, json: { type: 'boolean', default: false } },
  }),
);
const runs = Number(values.runs);
if (!(Number.isInteger(runs) && runs >= 1 && runs <= 100)) refuse('Cannot run: expected 1 to 100 runs');

const site = siteOf(1000);
const wanted = entriesOf(site);
const waitMs = 300_000;
const stopMs = 300_000;

const products = {
  'lvs-director': (lab: Lab, host: Host) =>
    startDirector(lab, host, { config: directorConfig(site, 'none', '1h') }).running,
  keepalived: (lab: Lab, host: Host) => startKeepalived(lab, host, keepalivedConfig(site, 'none')),
};

/** Services and servers; two lines of the head have a colon as well. */
const entriesIn = async (host: Host): Promise<number> =>
  Number(await host.run('sh', '-c', 'grep -c : /proc/net/ip_vs || true')) - 2;

/** @returns milliseconds */
async function timeOf(product: keyof typeof products, lab: Lab, host: Host): Promise<number> {
  const begun = performance.now();
  const running = products[product](lab, host);
  for (;;) {
    await delay(20);
    const found = await entriesIn(host);
    const ms = performance.now() - begun;
    if (found === wanted) {
      await running.stop(stopMs);
      await host.run('ipvsadm', '-C');
      return ms;
    }
    if (ms > waitMs) throw new Error(`Cannot measure: expected ${wanted} entries, got ${found}`);
  }
}

const median = (numbers: readonly number[]): number =>
  numbers.toSorted((a, b) => a - b)[numbers.length >> 1] ?? 0;

exitBySignals();
const found = await withLab(async (lab) => {
  const host = await lab.host('director');
  const times = { 'lvs-director': [] as number[], keepalived: [] as number[] };
  for (let run = 0; run < runs; run += 1)
    for (const product of ['lvs-director', 'keepalived'] as const)
      times[product].push(await timeOf(product, lab, host));
  return Object.entries(times).map(([name, all]) => ({ name, entries: wanted, tableMs: median(all) }));
});
if (values.json) process.stdout.write(`${JSON.stringify(found, undefined, 2)}\n`);
else
  for (const { name, entries, tableMs } of found)
    process.stdout.write(`${name}: a table of ${entries} entries ${tableMs.toFixed(0)} ms after exec\n`);
