// How many health checks a processor makes, how punctually, and how soon a dead server is out: keepalived, ldirectord
// and lvs-director by turns, in the same namespaces, against the same listener.
//   node main.js [--load TCP[+HTTP][*1]]... [--product NAME]... [--runs N] [--seconds N] [--deaths N] [--realtime] [--json]
// Needs root. One table at the end; status 2 for bad usage.
import { spawnSync } from 'node:child_process';
import { parseArgs } from 'node:util';
import { setScheduler } from '../../src/system/libc.ts';
import { exitBySignals, refusing, wordsOr } from '../command-line.ts';
import { describeLoad, type Load, parseLoad } from './load.ts';
import { hasIpvs, type Product, products } from './products.ts';
import { type Measured, measure } from './run.ts';
import { formatTable, type Result } from './table.ts';

const usage = `Usage: health [--load LOAD]... [--product NAME]... [--runs N] [--seconds N] [--deaths N] [--realtime] [--json]
  load: servers checked each second, by TCP or by TCP and HTTP: 10000, 10000+2000, 0+2000;
        1000*1: so many services with one and the same server; 0: adverts alone
  products: ${products.join(' ')}
  runs: of each, by turns; default 3. seconds: of watching; default 10. deaths: servers that die; default 50
  realtime: all that is measured, the listener included, in SCHED_RR: keeps other work of the machine out of it
`;

const refuse: (why: string) => never = refusing(usage);

const readWords = () =>
  parseArgs({
    options: {
      load: {
        type: 'string',
        multiple: true,
        default: ['0', '10', '100', '1000', '3000', '10000', '0+2000', '10000+2000', '1000*1'],
      },
      product: { type: 'string', multiple: true, default: [...products] },
      runs: { type: 'string', default: '3' },
      seconds: { type: 'string', default: '10' },
      deaths: { type: 'string', default: '50' },
      realtime: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
    },
  }).values;

function readOptions() {
  const values = wordsOr(refuse, readWords);
  const loads = values.load.map((text) => parseLoad(text) ?? refuse(`Cannot read load ${text}`));
  const chosen = values.product.map(
    (name) => products.find((one) => one === name) ?? refuse(`Cannot run ${name}: no such product`),
  );
  const [runs = 0, seconds = 0, deaths = 0] = [values.runs, values.seconds, values.deaths].map(Number);
  if (!(runs >= 1 && seconds >= 1 && deaths >= 0)) refuse('Cannot run: whole numbers from 1');
  const { realtime, json } = values;
  return { loads, chosen, runs, seconds, deaths, realtime, json };
}

/** What it would take minutes to start (ldirectord has a process a service), or cannot do, is left out. */
function takesPart(product: Product, { tcp, http, shared }: Load): boolean {
  const servers = tcp + http;
  if (product === 'ldirectord')
    return servers > 0 && servers <= 1000 && !shared && has('ldirectord', '--help');
  if (product === 'keepalived')
    return has('keepalived', '--version') && (hasIpvs() || has('cc', '--version'));
  return true;
}

const SCHED_RR = 2;

const has = (...[command = '', word = '']: string[]): boolean =>
  spawnSync(command, [word], { stdio: 'ignore' }).error === undefined;

exitBySignals();

const { loads, chosen, runs, seconds, deaths, realtime, json } = readOptions();
// Inherited by all that is started (sched(7)).
if (realtime && !setScheduler(SCHED_RR, 1).ok) refuse('Cannot run in SCHED_RR: it is refused');
const results: Result[] = [];
for (const load of loads) {
  const found = new Map<Product, Measured[]>();
  for (const product of chosen) if (takesPart(product, load)) found.set(product, []);
  for (let run = 0; run < runs; run += 1) {
    for (const [product, measured] of found) {
      try {
        const one = await measure({ product, load, seconds, deaths });
        measured.push(one);
        process.stderr.write(`${formatTable([{ load, product, runs: [one] }]).split('\n')[1]}\n`);
      } catch (error) {
        process.stderr.write(`${describeLoad(load)}, ${product}: ${String(error)}\n`);
      }
    }
  }
  for (const [product, measured] of found)
    if (measured.length > 0) results.push({ load, product, runs: measured });
}
if (json) console.log(JSON.stringify(results, undefined, 1));
else {
  console.log(formatTable(results));
  const where = hasIpvs() ? "the kernel's IPVS table" : 'what each product says: this kernel has no IPVS';
  console.log(`\nMilliseconds; medians of ${runs} runs of ${seconds} s. Out: by ${where}.`);
}
