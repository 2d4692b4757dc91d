// A process of the program whose files are taken away or replaced while it runs, as an upgrade does: it goes on with what it
// began with, and so does every process that it starts. A daemon to which that happens: test/lab/daemon/replaced.net.test.ts.
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const build = `dist-test-replaced-${process.pid}`;
let folder = '';
let dist = '';

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'lvs-director-replaced-'));
  dist = join(folder, 'dist');
  execFileSync(process.execPath, ['scripts/build.mjs', build]);
  cpSync('package.json', join(folder, 'package.json'));
});
afterAll(() => {
  for (const path of [folder, build]) rmSync(path, { recursive: true, force: true });
});

/** Waits for a line, and then asks for what it has not asked for before. */
const script = `
const { join } = require('node:path');
const { load, program, readText } = require(process.argv[1] + '/loader.cjs');
const chunks = Object.keys(program.head.files).filter((name) => name.endsWith('.js'));
const chunk = (name) => chunks.find((each) => each.startsWith(name + '-'));
const { forkSelf } = load(chunks.find((each) => readText(each).includes('function forkSelf(')));
process.stdin.once('data', () => {
  const { probeDns } = load(chunk('dns'));
  console.log(typeof probeDns, JSON.parse(readText(chunk('dns') + '.map')).version);
  const child = forkSelf(join(process.argv[1], 'main.js'), 'vrrp-process', '--realtime=off', '--lock-memory=no');
  child.onExit((reason) => {
    console.log('ended', reason);
    process.stdin.destroy();
  });
  child.onMessage(({ event }) => {
    if (event?.event !== 'vrrp.process_started') return;
    console.log(event.event);
    child.kill();
  });
});
console.log('begun');
`;

/** @param replace what happens to the build meanwhile. @returns what it said */
async function outlived(replace: () => void): Promise<string> {
  rmSync(dist, { recursive: true, force: true });
  cpSync(build, dist, { recursive: true });
  const child = spawn(process.execPath, ['-e', script, dist], {
    cwd: '/',
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  let said = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    said += text;
  });
  while (!said.includes('begun')) await once(child.stdout, 'data');
  replace();
  child.stdin.write('\n');
  await once(child, 'close');
  return said;
}

const goesOn = 'begun\nfunction 3\nvrrp.process_started\nended signal SIGKILL\n';

describe('a process of the program', () => {
  it('goes on, and starts others, where all but what begins them is another build', async () => {
    expect(await outlived(() => writeFileSync(join(dist, 'new'), ''))).toBe(goesOn);
    const other = 'lvs-director 1 2'.padEnd(31).concat('\n{}');
    const replaced = () => {
      rmSync(join(dist, 'program'));
      rmSync(join(dist, 'code-cache'), { recursive: true });
      writeFileSync(join(dist, 'program'), other);
    };
    expect(await outlived(replaced)).toBe(goesOn);
  });
  it('ends at once with words where what begins it cannot run that program', () => {
    rmSync(join(dist, 'program'));
    writeFileSync(join(dist, 'program'), 'lvs-director 2 2'.padEnd(31).concat('\n{}'));
    const main = join(dist, 'main.js');
    const { status, stderr } = spawnSync(process.execPath, [main, 'vrrp-process'], { encoding: 'utf8' });
    expect(status).toBe(1);
    expect(stderr).toContain('expected format 1, got format 2');
  });
});
