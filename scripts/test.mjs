// Every check and every layer of tests (DESIGN.md §7), and one line at the end: "total: N passed, N failed,
// N skipped". A layer that cannot run here is counted as skipped, test by test, and says why. A check or a layer
// that breaks without a test to blame counts as one failure. Status 1 if anything failed.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { accessSync, constants, existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
process.chdir(root);
process.env.PATH += ':/usr/local/sbin:/usr/sbin:/sbin';
const results = join(root, '.lab', 'results');
const kernel = 'test/lab/harness/kernel/run.sh';
/** run.sh's status where no kernel with IPVS could be had at all. */
const NO_KERNEL = 125;
/** Fits no name: every test is skipped, and counted. */
const noTest = '(?!)';

const total = { passed: 0, failed: 0, skipped: 0 };

function check(name, command) {
  const started = Date.now();
  const { status, stdout, stderr } = spawnSync(command[0], command.slice(1), {
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
  });
  const seconds = ((Date.now() - started) / 1000).toFixed(1);
  if (status === 0) {
    console.log(`== ${name}: good (${seconds} s)`);
    return;
  }
  console.log(`${stdout}${stderr}\n== ${name}: FAILED (${seconds} s)`);
  total.failed += 1;
}

/** `shards` of it run side by side, each with what `prefix` runs it in; the second and further speak when they end. */
async function layer(name, { unavailable, prefix = [], shards = 1 } = {}) {
  console.log(`\n== ${name}${unavailable === undefined ? '' : `: skipped: ${unavailable}`}`);
  const numbers = Array.from({ length: unavailable === undefined ? shards : 1 }, (_, index) => index + 1);
  const ended = await Promise.all(
    numbers.map((number) => shard(name, { unavailable, prefix, part: `${number}/${numbers.length}` })),
  );
  if (unavailable === undefined && ended.every(({ status, counted }) => status === NO_KERNEL && !counted)) {
    await layer(name, { unavailable: 'the lab kernel does not run here (its words are above)' });
    return;
  }
  for (const { status, counted } of ended) {
    total.passed += counted?.numPassedTests ?? 0;
    total.failed += counted?.numFailedTests ?? 0;
    total.skipped += (counted?.numPendingTests ?? 0) + (counted?.numTodoTests ?? 0);
    if (status === 0 || (counted?.numFailedTests ?? 0) > 0) continue;
    console.log(`== ${name}: FAILED: ended with status ${status}, no test to blame`);
    total.failed += 1;
  }
}

async function shard(name, { unavailable, prefix, part }) {
  const file = join(results, `${name}-${part.replace('/', '-of-')}.json`);
  rmSync(file, { force: true });
  const command = [
    ...(unavailable === undefined ? prefix : []),
    ...[process.execPath, 'node_modules/vitest/vitest.mjs', 'run', '--project', name, `--shard=${part}`],
    ...['--passWithNoTests', '--reporter=json', `--outputFile.json=${file}`],
    ...(unavailable === undefined ? ['--reporter=default'] : ['--testNamePattern', noTest]),
  ];
  const speaksAtOnce = part.startsWith('1/');
  const child = spawn(command[0], command.slice(1), {
    stdio: speaksAtOnce ? 'inherit' : ['ignore', 'pipe', 'pipe'],
  });
  const said = [];
  for (const stream of speaksAtOnce ? [] : [child.stdout, child.stderr])
    stream.on('data', (bytes) => said.push(bytes));
  const [code] = await once(child, 'close');
  process.stdout.write(Buffer.concat(said));
  return { status: code, counted: existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : undefined };
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
  if (existsSync('/proc/net/ip_vs') || commandExists('linux.uml')) return undefined;
  return 'this kernel has no IPVS, and user-mode-linux is not installed';
}

mkdirSync(results, { recursive: true });
check('lint', ['node_modules/.bin/biome', 'check', '.']);
check('types', ['node_modules/.bin/tsc', '-p', 'tsconfig.json']);
check('build', ['node_modules/.bin/tsc', '-p', 'tsconfig.build.json']);
await layer('unit');
const noLab = withoutNamespaces();
await layer('lab-net', { unavailable: noLab });
await layer('lab-ipvs', {
  unavailable: noLab ?? withoutIpvs(),
  prefix: [kernel, '--timeout', '2400'],
  // A lab kernel has one processor, so two of them; where the host itself has IPVS, it runs the tests.
  shards: existsSync('/proc/net/ip_vs') ? 1 : Math.min(2, availableParallelism()),
});

console.log(`total: ${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`);
process.exitCode = total.failed > 0 ? 1 : 0;
