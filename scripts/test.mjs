// Every check and every layer of tests (DESIGN.md §7), and one line at the end: "total: N passed, N failed,
// N skipped". A layer that cannot run here is counted as skipped, test by test, and says why. A check or a layer
// that breaks without a test to blame counts as one failure. Status 1 if anything failed.
import { spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
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

function layer(name, { unavailable, prefix = [] } = {}) {
  console.log(`\n== ${name}${unavailable === undefined ? '' : `: skipped: ${unavailable}`}`);
  const file = join(results, `${name}.json`);
  rmSync(file, { force: true });
  const command = [
    ...(unavailable === undefined ? prefix : []),
    process.execPath,
    'node_modules/vitest/vitest.mjs',
    'run',
    '--project',
    name,
    '--passWithNoTests',
    '--reporter=json',
    `--outputFile.json=${file}`,
    ...(unavailable === undefined ? ['--reporter=default'] : ['--testNamePattern', noTest]),
  ];
  const { status } = spawnSync(command[0], command.slice(1), { stdio: 'inherit' });
  if (status === NO_KERNEL && unavailable === undefined && !existsSync(file)) {
    layer(name, { unavailable: 'the lab kernel does not run here (its words are above)' });
    return;
  }
  const counted = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : undefined;
  total.passed += counted?.numPassedTests ?? 0;
  total.failed += counted?.numFailedTests ?? 0;
  total.skipped += (counted?.numPendingTests ?? 0) + (counted?.numTodoTests ?? 0);
  if (status !== 0 && (counted?.numFailedTests ?? 0) === 0) {
    console.log(`== ${name}: FAILED: ended with status ${status}, no test to blame`);
    total.failed += 1;
  }
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
layer('unit');
const noLab = withoutNamespaces();
layer('lab-net', { unavailable: noLab });
layer('lab-ipvs', { unavailable: noLab ?? withoutIpvs(), prefix: [kernel, '--timeout', '2400'] });

console.log(`total: ${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`);
process.exitCode = total.failed > 0 ? 1 : 0;
