// How long a start takes, beside keepalived's in the same run: from exec to the first advert, of a router of priority 255
// at 10 ms adverts, so that the protocol's own wait is none; what the processes hold in memory at rest; and what a
// command costs beside an empty program of Node.
//   node main.js [--runs 5] [--json]
// A director and who listens on a LAN of their own, in namespaces. Needs root, keepalived and dist/.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { systemClock } from '../../src/system/clock.ts';
import { openVrrpSocket } from '../../src/system/sockets/raw-socket.ts';
import { hostOn, interfaceIndex } from '../../test/lab/harness/host-on.ts';
import { type Host, type Lab, withLab } from '../../test/lab/harness/namespaces.ts';
import { daemonMain } from '../../test/lab/harness/programs.ts';
import { inside } from '../../test/lab/vrrp/inside.ts';
import { exitBySignals, refusing, wordsOr } from '../command-line.ts';
import { withChildren } from '../process-tree.ts';

const refuse = refusing('Usage: make bench-start OPTIONS="[--runs 5] [--json]"\n');
const { values } = wordsOr(refuse, () =>
  parseArgs({
    options: { runs: { type: 'string', default: '5' }, json: { type: 'boolean', default: false } },
  }),
);
const runs = Number(values.runs);
if (!(Number.isInteger(runs) && runs >= 1 && runs <= 100)) refuse('Cannot run: expected 1 to 100 runs');

/** /proc counts processor time in hundredths of a second (USER_HZ); one command is too short for it. */
const msPerTick = 10;
const commandsATime = 10;
const restMs = 3000;
/** A file that was written this moment would be waited for (src/system/files/settled-file.ts); at a boot none is. */
const fileAgeMs = 1500;

const ours = `director: {control_socket: FOLDER/control, state_dir: FOLDER/state}
vrrp: [{name: V, interface: eth0, virtual_router_id: 51, priority: 255, advert_int: 10ms, virtual_ipaddress: [10.9.0.100/24]}]
`;
const theirs = `vrrp_instance V {
  version 3
  interface eth0
  state MASTER
  virtual_router_id 51
  priority 255
  advert_int 0.01
  virtual_ipaddress { 10.9.0.100/24 }
}
`;

type Product = {
  readonly name: string;
  readonly config: string;
  readonly command: (file: string) => string[];
};
const products: readonly Product[] = [
  {
    name: 'lvs-director',
    config: ours,
    command: (file) => [process.execPath, daemonMain, 'run', '-c', file],
  },
  {
    name: 'keepalived',
    config: theirs,
    command: (file) => [
      'keepalived',
      '--dont-fork',
      '--log-console',
      '--vrrp',
      '-f',
      file,
      '-p',
      `${file}.pid`,
      '-r',
      `${file}.vrrp`,
    ],
  },
];

const median = (numbers: readonly number[]): number =>
  numbers.toSorted((a, b) => a - b)[numbers.length >> 1] ?? 0;

/** Of a process alone, its share of what it shares included: Pss of proc_pid_smaps_rollup(5). */
function memoryMb(pid: number): number {
  const [, kb] = /^Pss:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8')) ?? [];
  return Number(kb) / 1024;
}

const delay = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

const fileOf = (folder: string, { name }: Product) => join(folder, name);

/** One start. @param nextAdvert resolves to when one was read, in microseconds of the monotonic clock */
async function startOnce(
  director: Host,
  folder: string,
  product: Product,
  nextAdvert: () => Promise<number>,
) {
  const file = fileOf(folder, product);
  const heard = nextAdvert();
  const begun = systemClock.now();
  const running = director.start(product.command(file));
  const firstAdvertMs = ((await heard) - begun) / 1000;
  await delay(restMs);
  const memory = withChildren(running.pid).map(memoryMb);
  running.signal('SIGTERM');
  await running.exited;
  await delay(500);
  return { firstAdvertMs, memory };
}

/** Processor time of a command, in ms. */
async function cpuMs(host: Host, words: readonly string[]): Promise<number> {
  const again = `i=0; while [ $i -lt ${commandsATime} ]; do "$@" >/dev/null 2>&1; i=$((i + 1)); done; cat /proc/$$/stat`;
  const stat = await host.run('sh', '-c', again, 'sh', ...words);
  const fields = stat.split(') ')[1]?.split(' ') ?? [];
  return (msPerTick * (Number(fields[13]) + Number(fields[14]))) / commandsATime;
}

async function bench(lab: Lab) {
  const lan = await lab.lan('lan');
  const director = await hostOn(lab, lan, 'a', '10.9.0.1/24');
  const listener = await hostOn(lab, lan, 'b', '10.9.0.2/24');
  const index = await interfaceIndex(listener);
  const opened = inside(listener, () => openVrrpSocket({ name: 'eth0', index }, systemClock));
  if (!opened.ok) throw new Error(`Cannot listen: ${opened.error.step}: ${opened.error.code}`);
  lab.defer(() => opened.value.close());
  let onAdvert = (_at: number) => {};
  opened.value.onReceived(({ at }) => onAdvert(at));
  const nextAdvert = () => new Promise<number>((resolve) => (onAdvert = resolve));
  const folder = lab.directory('a');
  for (const product of products)
    writeFileSync(fileOf(folder, product), product.config.replaceAll('FOLDER', folder), { mode: 0o600 });
  await delay(fileAgeMs);
  const starts = products.map(({ name }) => ({ name, all: [] as Awaited<ReturnType<typeof startOnce>>[] }));
  const commands = {
    'node -e 0': ['-e', '0'],
    '--version': [daemonMain, '--version'],
    status: [daemonMain, 'status', '--socket', join(folder, 'none')],
  };
  const costs: Record<string, number[]> = {};
  for (let run = 0; run < runs; run += 1) {
    for (const [i, product] of products.entries())
      starts[i]?.all.push(await startOnce(director, folder, product, nextAdvert));
    for (const [name, words] of Object.entries(commands)) {
      costs[name] = [...(costs[name] ?? []), await cpuMs(director, [process.execPath, ...words])];
    }
  }
  return {
    starts: starts.map(({ name, all }) => ({
      name,
      firstAdvertMs: median(all.map(({ firstAdvertMs }) => firstAdvertMs)),
      memoryMb: (all[0]?.memory ?? []).map((_, i) => median(all.map(({ memory }) => memory[i] ?? 0))),
    })),
    commands: Object.entries(costs).map(([name, all]) => ({ name, cpuMs: median(all) })),
  };
}

exitBySignals();
const found = await withLab(bench);
if (values.json) process.stdout.write(`${JSON.stringify(found, undefined, 2)}\n`);
else {
  for (const { name, firstAdvertMs, memoryMb: each } of found.starts) {
    const total = each.reduce((sum, mb) => sum + mb, 0);
    process.stdout.write(
      `${name}: first advert ${firstAdvertMs.toFixed(0)} ms after exec; memory ${total.toFixed(0)} MB (${each.map((mb) => mb.toFixed(1)).join(' + ')})\n`,
    );
  }
  const [empty = { cpuMs: 1 }] = found.commands;
  for (const { name, cpuMs: cost } of found.commands)
    process.stdout.write(
      `${name}: ${cost.toFixed(0)} ms of processor, ${(cost / empty.cpuMs).toFixed(2)} times node -e 0\n`,
    );
}
