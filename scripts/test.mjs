// Every check and every layer of tests (docs/architecture.md "Tests"), and one line at the end: "total: N passed, N failed,
// N skipped". A layer that cannot run here is counted as skipped, test by test, and says why. A check or a layer
// that breaks without a test to blame counts as one failure. Status 1 if anything failed. A test of the lab that fails is
// tried once again, and named at the end; those that hang on the clock (test/lab/harness/by-the-clock.ts) are counted.
// Before them: what each layer took, and the slowest tests.
//   test.mjs [lab-net]    with a name: that layer alone
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  accessSync,
  constants,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
} from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { shareOut } from './share-out.mjs';
import { duration, slowestTests } from './times.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
process.chdir(root);
process.env.PATH += ':/usr/local/sbin:/usr/sbin:/sbin';
const results = join(root, '.lab', 'results');
const kernel = 'test/lab/harness/kernel/run.sh';
/** run.sh's status where no kernel with IPVS could be had at all. */
const NO_KERNEL = 125;
/** Every test is skipped, and counted. */
const fitsNoName = '(?!)';

const total = { passed: 0, failed: 0, skipped: 0 };
const tries = { byTheClock: 0, second: [] };
const started = Date.now();
/** "lab-net 6 min 1 s", one a stage. */
const took = [];
const reports = [];

function check(name, command) {
  const begun = Date.now();
  const { status, stdout, stderr } = spawnSync(command[0], command.slice(1), {
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
  });
  const seconds = ((Date.now() - begun) / 1000).toFixed(1);
  if (status === 0) {
    console.log(`== ${name}: good (${seconds} s)`);
    return;
  }
  console.log(`${stdout}${stderr}\n== ${name}: FAILED (${seconds} s)`);
  total.failed += 1;
}

/** All runs of all layers, side by side where there is a processor for it: the first speaks at once, the others after it. */
async function stage(layers) {
  const runs = layers.flatMap(({ name, unavailable, prefix, shares = [[]] }) => {
    if (unavailable === undefined)
      return shares.map((files, index) => ({ name, index, prefix: prefix?.(index), files }));
    return [{ name, index: 0, files: ['--testNamePattern', fitsNoName] }];
  });
  for (const { name, unavailable } of layers)
    console.log(`\n== ${name}${unavailable === undefined ? '' : `: skipped: ${unavailable}`}`);
  const begun = Date.now();
  const ended = [];
  if (availableParallelism() > 1) {
    const [first, ...others] = runs.map((run, index) => start(run, index === 0));
    for (const run of [first, ...others]) ended.push(tell(await run));
  } else for (const run of runs) ended.push(await start(run, true));
  took.push(`${layers.map(({ name }) => name).join(' and ')} ${duration(Date.now() - begun)}`);
  for (const layer of layers) await count(layer, ended);
}

async function count(layer, all) {
  const ended = all.filter(({ name }) => name === layer.name);
  if (
    layer.unavailable === undefined &&
    ended.every(({ status, result }) => status === NO_KERNEL && !result)
  ) {
    await stage([{ ...layer, unavailable: 'the lab kernel does not run here (its words are above)' }]);
    return;
  }
  for (const { name, status, result } of ended) {
    total.passed += result?.numPassedTests ?? 0;
    total.failed += result?.numFailedTests ?? 0;
    total.skipped += (result?.numPendingTests ?? 0) + (result?.numTodoTests ?? 0);
    if (result) reports.push(result);
    for (const file of result?.testResults ?? []) file.assertionResults.forEach(countTries);
    if (status === 0 || (result?.numFailedTests ?? 0) > 0) continue;
    console.log(`== ${name}: FAILED: ended with status ${status}, no test to blame`);
    total.failed += 1;
  }
}

function countTries({ fullName, status, meta }) {
  if (status === 'pending') return;
  if (meta?.byTheClock !== undefined) tries.byTheClock += 1;
  if (!(meta?.tries > 1)) return;
  const why = meta.byTheClock ?? 'the clock is no reason';
  tries.second.push(`${fullName}: ${status} (${why}), having failed of: ${meta.failedOf ?? 'nothing'}`);
}

/** @param speaksAtOnce else what it says is for {@link tell} */
async function start({ name, index, files, prefix = [] }, speaksAtOnce) {
  const file = join(results, `${name}-${index + 1}.json`);
  rmSync(file, { force: true });
  const command = [
    ...prefix,
    ...[process.execPath, 'node_modules/vitest/vitest.mjs', 'run', '--project', name, ...files],
    ...['--passWithNoTests', '--reporter=default', '--reporter=json', `--outputFile.json=${file}`],
  ];
  const child = spawn(command[0], command.slice(1), {
    stdio: speaksAtOnce ? 'inherit' : ['ignore', 'pipe', 'pipe'],
  });
  const said = [];
  for (const stream of speaksAtOnce ? [] : [child.stdout, child.stderr])
    stream.on('data', (bytes) => said.push(bytes));
  const [status] = await once(child, 'close');
  const result = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : undefined;
  return { name, status, said, result };
}

function tell(ended) {
  process.stdout.write(Buffer.concat(ended.said));
  return ended;
}

function commandExists(name) {
  return process.env.PATH.split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, name), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

function withoutNamespaces() {
  if (process.getuid() !== 0) return 'needs root';
  const missing = ['ip', 'sysctl', 'ping', 'curl', 'nginx', 'keepalived'].filter(
    (name) => !commandExists(name),
  );
  if (missing.length > 0) return `not installed: ${missing.join(' ')}`;
  const name = `ld${process.pid}-try`;
  const added = spawnSync('ip', ['netns', 'add', name], { encoding: 'utf8' });
  if (added.status !== 0) return `no network namespaces: ${added.stderr.trim()}`;
  spawnSync('ip', ['netns', 'delete', name]);
  return undefined;
}

function withoutIpvs() {
  if (!commandExists('ipvsadm')) return 'not installed: ipvsadm';
  if (commandExists('modprobe')) spawnSync('modprobe', ['-q', 'ip_vs']);
  if (existsSync('/proc/net/ip_vs') || existsSync('.lab/linux/linux.uml') || commandExists('linux.uml'))
    return undefined;
  return 'this kernel has no IPVS, and there is no user-mode-linux (scripts/ensure-kernel.sh)';
}

/**
 * Where the kernel has no IPVS itself. A lab kernel has one processor, so two of them, each on one of ours: it is several
 * times slower where the host moves it about.
 */
function inLabKernels() {
  const processors = processorsOfOurs();
  const files = readdirSync('test/lab', { recursive: true })
    .filter((file) => file.endsWith('.ipvs.test.ts'))
    .map((file) => join('test/lab', file));
  return {
    prefix: (index) => ['taskset', '-c', processors[index], kernel, '--timeout', '5000'],
    shares: shareOut(
      files,
      JSON.parse(readFileSync('test/seconds.json', 'utf8')),
      Math.min(2, processors.length),
    ),
  };
}

/** Machines that systemd runs: for tests of the unit. */
function withoutMachines() {
  if (!existsSync('/lib/systemd/systemd')) return 'not installed: systemd';
  const missing = ['nsenter', 'unshare', 'setpriv', 'setsid', 'pgrep'].filter((name) => !commandExists(name));
  if (missing.length > 0) return `not installed: ${missing.join(' ')}`;
  const folder = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'ld-try-'));
  const tried = spawnSync('test/lab/harness/systemd/boot.sh', ['try', folder], { encoding: 'utf8' });
  rmSync(folder, { recursive: true });
  return tried.status === 0 ? undefined : `${tried.stdout}${tried.stderr}`.trim();
}

/** Numbers of the processors that this process may run on, as taskset(1) has them. */
function processorsOfOurs() {
  const list = /^Cpus_allowed_list:\s*(.*)$/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1] ?? '0';
  return list.split(',').flatMap((range) => {
    const [first, last = first] = range.split('-').map(Number);
    return Array.from({ length: last - first + 1 }, (_, index) => String(first + index));
  });
}

function style() {
  check('lint', ['node_modules/.bin/biome', 'check', '.']);
  check('types', ['node_modules/.bin/tsc', '-p', 'tsconfig.json']);
  check('licences', [process.execPath, 'scripts/check-licenses.mjs']);
  check('build', [process.execPath, 'scripts/build.mjs']);
}

const noLab = withoutNamespaces();
/** What runs side by side, one stage after the other. */
const stages = [
  // The simulator computes on one processor for as long as its budget is; unit tests compute and wait by turns.
  [{ name: 'unit' }, { name: 'alone' }, { name: 'sim' }],
  // They wait more than they compute.
  [
    { name: 'lab-net', unavailable: noLab },
    { name: 'lab-systemd', unavailable: noLab ?? withoutMachines() },
  ],
  // By itself: a lab kernel takes a processor whole.
  [
    {
      name: 'lab-ipvs',
      unavailable: noLab ?? withoutIpvs(),
      ...(existsSync('/proc/net/ip_vs') ? {} : inLabKernels()),
    },
  ],
];

mkdirSync(results, { recursive: true });
const wanted = process.argv[2];
const chosen = stages.map((layers) => layers.filter(({ name }) => (wanted ?? name) === name));
if (chosen.flat().length === 0) {
  const names = stages.flat().map(({ name }) => name);
  console.error(`Cannot test: expected ${names.join(', ')}, got ${wanted}`);
  process.exit(2);
}
if (wanted === undefined) {
  style();
  took.push(`style, types and build ${duration(Date.now() - started)}`);
}
for (const layers of chosen) if (layers.length > 0) await stage(layers);

console.log(`took ${duration(Date.now() - started)}: ${took.join(', ')}; the slowest tests:`);
for (const { seconds, name, file } of slowestTests(reports, 10))
  console.log(`  ${seconds} s  ${file}: ${name}`);
console.log(`by the clock: ${tries.byTheClock} tests; tried twice: ${tries.second.length}`);
for (const each of tries.second) console.log(`  ${each}`);
console.log(`total: ${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`);
process.exitCode = total.failed > 0 ? 1 : 0;
