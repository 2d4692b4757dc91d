// ldirectord's own command line and ours, by the same verbs in the same order: the same exit statuses, and of `status` the same
// words. The orders are made from seeds. What we do otherwise stands below, each with its reason.
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { waitUntil } from '../harness/process.ts';
import { daemonMain } from '../harness/programs.ts';
import { createSite, hasStock, isAlive, pidFileOf, pidOf, type Site, settled, stock } from './site.ts';

let site: Site;
beforeEach(async () => {
  site = await createSite();
});
afterEach(() => site.dispose());

const config =
  'logfile="/dev/null"\ncheckinterval=1\nvirtual=10.8.0.1:80\n\treal=10.7.0.2:80 masq 5\n\tchecktype=on\n';

type Step =
  | 'start'
  | 'stop'
  | 'restart'
  | 'try-restart'
  | 'reload'
  | 'force-reload'
  | 'status'
  | 'kill'
  | 'plant';
const verbs: readonly Step[] = [
  'start',
  'stop',
  'restart',
  'try-restart',
  'reload',
  'force-reload',
  'status',
];

/** Without what differs by itself: the file's name and process ids. */
const wordsOf = (text: string, file: string) =>
  text
    .replaceAll(file, 'FILE')
    .replace(/lab-[\d-]+/g, 'NAME')
    .replace(/\d{2,}/g, 'N');

async function play(program: string, file: string, steps: readonly Step[]): Promise<readonly string[]> {
  const told: string[] = [];
  let runs = false;
  for (const step of steps) {
    if (step === 'kill') {
      const pid = pidOf(file);
      if (runs && pid !== undefined) {
        process.kill(pid, 'SIGKILL');
        await waitUntil(() => !isAlive(pid), { what: 'its end' });
      }
      runs = false;
      continue;
    }
    if (step === 'plant') {
      // Beside a daemon that runs, ours goes by its lock: there it is no question of the pid file.
      if (!runs) writeFileSync(pidFileOf(file), `${process.pid}\n`);
      continue;
    }
    const { status, stdout, stderr } = await site.call(program, file, step);
    told.push(`${step}: ${status}${step === 'status' ? ` ${wordsOf(stdout + stderr, file)}` : ''}`);
    const wasRunning = runs;
    if (step === 'start' || step === 'restart') runs = true;
    if (step === 'stop') runs = false;
    if (runs) await settled(file, true);
    else if (wasRunning) await settled(file, false);
  }
  return told;
}

const seeds = (process.env.SEED ?? '1 2').split(' ').map(Number);
const orderOf = (seed: number): readonly Step[] =>
  fc.sample(
    fc.array(fc.constantFrom<Step>(...verbs, 'start', 'status', 'kill', 'plant'), {
      minLength: 7,
      maxLength: 9,
    }),
    { seed, numRuns: 1 },
  )[0] ?? [];

describe.skipIf(!hasStock)('beside ldirectord (skipped where it is not installed)', () => {
  it.each(seeds)('an order of verbs has the same statuses (seed %d)', async (seed) => {
    const steps: readonly Step[] = [...orderOf(seed), 'status', 'stop', 'status'];
    const [theirs, ours] = await Promise.all([
      play(stock, site.file(config), steps),
      play(site.ours, site.file(config), steps),
    ]);
    expect(ours, steps.join(' ')).toEqual(theirs);
  });

  it('takes one file at a time from either', async () => {
    const file = site.file(config);
    expect((await site.call(site.ours, file, 'start')).status).toBe(0);
    const pid = pidOf(file);
    // It believes the pid file, which names ours.
    expect((await site.call(stock, file, 'start')).status).toBe(0);
    expect((await site.call(stock, file, 'status')).stderr).toContain(`running with pid: ${pid}`);
    expect((await site.call(stock, file, 'stop')).status).toBe(0);
    await settled(file, false);
    expect((await site.call(stock, file, 'start')).status).toBe(0);
    await settled(file, true);
    const refused = await site.call(site.ours, file, 'start');
    expect([refused.status, refused.stderr]).toEqual([
      1,
      expect.stringContaining(`expected no ldirectord that runs ${file}, got one (pid ${pidOf(file)})`),
    ]);
    expect((await site.call(site.ours, file, 'stop')).status).toBe(0);
    expect(isAlive(pidOf(file) ?? 0)).toBe(true);
  });
});

describe('otherwise than ldirectord', () => {
  it('a bad file stops nothing, and keeps nobody from a stop', async () => {
    const file = site.file(config);
    await site.call(site.ours, file, 'start');
    const pid = pidOf(file);
    writeFileSync(file, 'virtual=nonsense\n');
    for (const verb of ['reload', 'restart', 'try-restart']) {
      const { status, stderr } = await site.call(site.ours, file, verb);
      expect([verb, status, stderr]).toEqual([
        verb,
        2,
        expect.stringContaining(`${file}:1:9: Cannot read virtual`),
      ]);
      expect(stderr).toContain('the running configuration stays as it was');
    }
    expect((await site.call(site.ours, file, 'status')).stderr).toContain(`running with pid: ${pid}`);
    rmSync(file);
    expect((await site.call(site.ours, file, 'status')).status).toBe(0);
    expect((await site.call(site.ours, file, 'stop')).status).toBe(0);
    expect(isAlive(pid ?? 0)).toBe(false);
  });

  it('of many starts at once all end well, and one daemon runs', async () => {
    const file = site.file(config);
    const all = await Promise.all([1, 2, 3, 4].map(() => site.call(site.ours, file, 'start')));
    expect(all.map(({ status }) => status)).toEqual([0, 0, 0, 0]);
    const found = await site.host.attempt('pgrep', '-f', `${site.ours} ${file} start`);
    expect(found.stdout.trim()).toBe(String(pidOf(file)));
    // Commands of our own find it by its file.
    const asked = await site.host.attempt(process.execPath, daemonMain, 'status', '-c', file);
    expect([asked.status, asked.stdout]).toEqual([0, expect.stringContaining(`, pid ${pidOf(file)}, `)]);
  });

  it('a stop while it starts ends it', async () => {
    const file = site.file(config);
    const starting = site.call(site.ours, file, 'start');
    // Both processes: the one that was called, and the daemon that it waits for. Asked by a shell, which is quicker than a start.
    const both = `until [ "$(pgrep -fc '${file} [s]tart')" -ge 2 ]; do :; done`;
    await Promise.race([starting, site.host.attempt('timeout', '60', 'sh', '-c', both)]);
    expect((await site.call(site.ours, file, 'stop')).status).toBe(0);
    expect((await starting).status).not.toBe(137);
    expect((await site.call(site.ours, file, 'status')).status).not.toBe(0);
  });

  it('-d and supervised = yes run it in the foreground, where the other verbs find it', async () => {
    for (const [words, text] of [
      [['-d'], config],
      [[], `supervised = yes\n${config}`],
    ] as const) {
      const file = site.file(text);
      const running = site.host.start([site.ours, ...words, file, 'start']);
      await running.waitFor(/"daemon.ready"/, { timeoutMs: 60_000 });
      const { status, stderr } = await site.call(site.ours, file, 'status');
      expect([status, stderr]).toEqual([0, expect.stringContaining(`running with pid: ${running.pid}`)]);
      expect((await site.call(site.ours, file, 'stop')).status).toBe(0);
      expect(await running.exited).toBe(0);
    }
  });

  it('a SIGKILL leaves a pid file, which the next start takes over', async () => {
    const file = site.file(config);
    await site.call(site.ours, file, 'start');
    process.kill(pidOf(file) ?? 0, 'SIGKILL');
    await waitUntil(async () => (await site.call(site.ours, file, 'status')).status === 1, {
      what: 'its end',
    });
    expect((await site.call(site.ours, file, 'start')).status).toBe(0);
    expect(readFileSync(pidFileOf(file), 'latin1')).toBe(`${pidOf(file)}\n`);
    expect((await site.call(site.ours, file, 'status')).status).toBe(0);
  });
});
