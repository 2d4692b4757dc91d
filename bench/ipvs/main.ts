// What it costs to bring a table into the kernel and to keep it there: our daemon, keepalived and ipvsadm by turns,
// in the same namespace of the same kernel, with the same table.
//   node main.js [--services N] [--runs N] [--growth] [--json]
// Needs root and IPVS. One table at the end; status 1 if a goal was missed, 2 for bad usage.
import { loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { formatReport, type Group, goalsMissed } from './report.ts';
import {
  measureByHand,
  measureFailures,
  measureLimit,
  measureProduct,
  measureRepair,
  measureScan,
  type Sample,
} from './scenarios.ts';

const usage = `Usage: ipvs [--services N] [--runs N] [--growth] [--json]
  services: of ten servers each; default 1000
  runs: of each measurement; default 3
  growth: also 100 to 4500 services (1,100 to 49,500 entries), one run each
`;

function refuse(why: string): never {
  process.stderr.write(`${why}\n${usage}`);
  process.exit(2);
}

function readOptions() {
  try {
    const { values } = parseArgs({
      options: {
        services: { type: 'string', default: '1000' },
        runs: { type: 'string', default: '3' },
        growth: { type: 'boolean', default: false },
        json: { type: 'boolean', default: false },
      },
    });
    const [services, runs] = [Number(values.services), Number(values.runs)];
    if (!Number.isInteger(services) || services < 2 || services > 5000)
      refuse(`Cannot run: expected 2 to 5000 services, got ${values.services}`);
    if (!Number.isInteger(runs) || runs < 1)
      refuse(`Cannot run: expected a number of runs from 1, got ${values.runs}`);
    return { services, runs, growth: values.growth, json: values.json };
  } catch (error) {
    return refuse(error instanceof Error ? error.message : String(error));
  }
}

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => process.exit(130));

const { services, runs, growth, json } = readOptions();

function tell(sample: Sample): Sample {
  const load = loadavg()[0]?.toFixed(1);
  process.stderr.write(
    `${sample.measure}, ${sample.who}: ${sample.wallMs.toFixed(0)}, CPU ${sample.cpuMs.toFixed(0)} ms (load ${load})\n`,
  );
  return sample;
}

const products = ['keepalived', 'lvs-director'] as const;
/** Services beyond which keepalived is left out of the growth, to keep it short. */
const keepalivedMax = 2000;

async function group(size: number, times: number): Promise<Group> {
  const samples: Sample[] = [];
  for (let run = 0; run < times; run += 1) {
    for (const product of products) {
      samples.push(...(await measureProduct(product, size)).map(tell));
      samples.push(tell(await measureFailures(product, size)));
    }
    samples.push(...(await measureByHand(size)).map(tell));
    samples.push(tell(await measureScan(size)), tell(await measureRepair(size)));
    samples.push(...(await measureLimit(size)).map(tell));
  }
  return { services: size, samples };
}

const main = await group(services, runs);
const grown: Group[] = [];
if (growth) {
  for (const size of [100, 500, 1000, 2000, 4500]) {
    const samples: Sample[] = [];
    for (const product of size > keepalivedMax ? (['lvs-director'] as const) : products)
      samples.push(...(await measureProduct(product, size)).map(tell));
    samples.push(tell(await measureScan(size)), ...(await measureLimit(size)).map(tell));
    grown.push({ services: size, samples });
  }
}
console.log(json ? JSON.stringify({ main, grown }, undefined, 2) : formatReport(main, grown));
process.exitCode = goalsMissed(main) ? 1 : 0;
