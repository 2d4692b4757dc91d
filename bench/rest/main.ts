// What a director costs that has little to do, beside keepalived in the same run: one router with adverts of a second that is
// active, and few servers that answer, checked by TCP every ten seconds. Wake-ups are what the kernel counts as
// voluntary switches of all threads (proc_pid_status(5)), processor time is /proc/PID/task/TID/schedstat.
//   node main.js [--seconds 10] [--servers 20]
// Needs root, keepalived and dist/. The kernel needs no IPVS: nobody is balanced.
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { hostOn } from '../../test/lab/harness/host-on.ts';
import { type Host, type Lab, withLab } from '../../test/lab/harness/namespaces.ts';
import { daemonMain } from '../../test/lab/harness/programs.ts';
import { inside } from '../../test/lab/vrrp/inside.ts';
import { exitBySignals, refusing, wordsOr } from '../command-line.ts';
import { withChildren } from '../process-tree.ts';

const refuse = refusing('Usage: make bench-rest OPTIONS="[--seconds 10] [--servers 20]"\n');
const { values } = wordsOr(refuse, () =>
  parseArgs({
    options: { seconds: { type: 'string', default: '10' }, servers: { type: 'string', default: '20' } },
  }),
);
const [seconds, servers] = [Number(values.seconds), Number(values.servers)];
if (!(seconds >= 1 && seconds <= 600)) refuse('Cannot run: expected 1 to 600 seconds');
if (!(Number.isInteger(servers) && servers >= 1 && servers <= 200))
  refuse('Cannot run: expected 1 to 200 servers');

const port = 8080;
/** Until who starts has become active and checked everything. */
const settleMs = 12_000;
const delay = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
const addresses = Array.from({ length: servers }, (_, i) => `127.0.1.${i + 1}`);

const ours = `director: {control_socket: FOLDER/control, state_dir: FOLDER/state}
vrrp: [{name: V, interface: eth0, virtual_router_id: 51, priority: 150, advert_int: 1s, virtual_ipaddress: [10.9.0.100/24]}]
virtual:
  - address: 10.9.0.100:80
    checktype: connect
    checkinterval: 10s
    real: [${addresses.map((address) => `'${address}:${port} gate'`).join(', ')}]
`;
const theirs = `vrrp_instance V {
  version 3
  interface eth0
  virtual_router_id 51
  priority 150
  advert_int 1
  virtual_ipaddress { 10.9.0.100/24 }
}
virtual_server 10.9.0.100 80 {
  delay_loop 10
  lb_algo wlc
  lb_kind DR
${addresses.map((address) => `  real_server ${address} ${port} { TCP_CHECK { connect_timeout 3 } }`).join('\n')}
}
`;
const pidFiles = (file: string) => ['-p', `${file}.pid`, '-r', `${file}.vrrp`, '-c', `${file}.checkers`];
const products = [
  {
    name: 'lvs-director',
    config: ours,
    command: (file: string) => [process.execPath, daemonMain, 'run', '-c', file],
  },
  {
    name: 'keepalived',
    config: theirs,
    command: (file: string) => ['keepalived', '--dont-fork', '--log-console', '-f', file, ...pidFiles(file)],
  },
];

/** Whether or not the kernel has IPVS, keepalived finds one that takes all it says (bench/health/no-ipvs.c). */
function standIn(folder: string): string {
  const library = join(folder, 'no-ipvs.so');
  execFileSync('cc', ['-O2', '-shared', '-fPIC', '-o', library, 'bench/health/no-ipvs.c', '-ldl']);
  return library;
}

/** Of all threads of these processes, until now. */
function countsOf(pids: readonly number[]) {
  const threads = pids.flatMap((pid) =>
    readdirSync(`/proc/${pid}/task`).map((tid) => `/proc/${pid}/task/${tid}`),
  );
  const sum = (read: (thread: string) => number) =>
    threads.reduce((total, thread) => total + read(thread), 0);
  const switches = /^voluntary_ctxt_switches:\s+(\d+)/m;
  return {
    wakeUps: sum((thread) => Number(switches.exec(readFileSync(`${thread}/status`, 'latin1'))?.[1])),
    cpuMs: sum((thread) => Number(readFileSync(`${thread}/schedstat`, 'latin1').split(' ')[0]) / 1e6),
  };
}

async function measure(director: Host, folder: string, { name, config, command }: (typeof products)[number]) {
  const file = join(folder, name);
  writeFileSync(file, config.replaceAll('FOLDER', folder), { mode: 0o600 });
  const running = director.start(command(file), { environment: { LD_PRELOAD: standIn(folder) } });
  await delay(settleMs);
  const pids = withChildren(running.pid);
  const before = countsOf(pids);
  await delay(1000 * seconds);
  if (running.ended())
    throw new Error(`Cannot measure ${name}: expected it to run, it said: ${running.lines().join(' | ')}`);
  const after = countsOf(pids);
  await running.stop();
  const a = (key: keyof typeof before) => (after[key] - before[key]) / seconds;
  return { name, wakeUps: a('wakeUps'), cpuPercent: a('cpuMs') / 10 };
}

async function bench(lab: Lab) {
  const lan = await lab.lan('lan');
  const director = await hostOn(lab, lan, 'a', '10.9.0.1/24');
  const server = createServer((socket) => socket.on('error', () => {}).end());
  await new Promise<void>((resolve) => inside(director, () => server.listen(port, resolve)));
  lab.defer(() => void server.close());
  const folder = lab.directory('a');
  const found = [];
  for (const product of products) found.push(await measure(director, folder, product));
  return found;
}

exitBySignals();
const found = await withLab(bench);
const last = found.at(-1);
for (const { name, wakeUps, cpuPercent } of found) {
  const ratio = last === undefined ? '' : ` (${(cpuPercent / last.cpuPercent).toFixed(1)} times keepalived)`;
  process.stdout.write(
    `${name}: ${wakeUps.toFixed(1)} wake-ups a second, ${cpuPercent.toFixed(2)} % of a processor${ratio}\n`,
  );
}
