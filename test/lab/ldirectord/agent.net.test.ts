// The OCF agent of Pacemaker's resource-agents drives our program in the place of ldirectord, and where that is installed
// the stock one by the same steps: the statuses are those that OCF demands (0 done or running, 7 not running, 1 failed).
import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { basename } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { waitUntil } from '../harness/process.ts';
import { createSite, hasAgent, hasStock, isAlive, pidOf, type Site, settled, stock } from './site.ts';

let site: Site;
beforeEach(async () => {
  site = await createSite();
});
afterEach(() => site.dispose());

const config = 'checkinterval=1\nvirtual=10.8.0.1:80\n\treal=10.7.0.2:80 masq 5\n\tchecktype=on\n';
const quiet = (text: string) => `logfile="/dev/null"\n${text}`;

/** @returns the agent's status of each step; a step that is no action of the agent's is done to the daemon. */
async function play(program: string, file: string, steps: readonly string[]): Promise<readonly number[]> {
  const statuses: number[] = [];
  for (const step of steps) {
    if (step === 'kill') {
      const pid = pidOf(file) ?? 0;
      process.kill(pid, 'SIGKILL');
      await waitUntil(() => !isAlive(pid), { what: 'its end' });
      continue;
    }
    statuses.push((await site.agent(program, file, step)).status);
    if (step === 'start') await settled(file, true);
    if (step === 'stop' && program === stock) await settled(file, false).catch(() => undefined);
  }
  return statuses;
}

const life = ['validate-all', 'monitor', 'start', 'monitor', 'start', 'stop', 'stop', 'monitor', 'meta-data'];
const death = ['start', 'kill', 'monitor', 'start', 'monitor', 'stop', 'monitor'];

describe.skipIf(!hasAgent)('the OCF agent (skipped where it is not installed)', () => {
  it('starts, watches and stops the daemon', async () => {
    expect(await play(site.ours, site.file(quiet(config)), life)).toEqual([0, 7, 0, 0, 0, 0, 0, 7, 0]);
  });

  it('finds it away after a SIGKILL, and starts it again', async () => {
    expect(await play(site.ours, site.file(quiet(config)), death)).toEqual([0, 7, 0, 0, 0, 7]);
  });

  it.skipIf(!hasStock)('hears the same of the stock program', async () => {
    expect(await play(stock, site.file(quiet(config)), life)).toEqual([0, 7, 0, 0, 0, 0, 0, 7, 0]);
    expect(await play(stock, site.file(quiet(config)), death)).toEqual([0, 7, 0, 0, 0, 7]);
  });

  it('has no reload of its own, whichever program it drives', async () => {
    expect((await site.agent(site.ours, site.file(quiet(config)), 'reload')).status).toBe(3);
  });

  it('watches two resources, each for itself, also where the files have one name', async () => {
    const [first, second] = [site.file(quiet(config)), site.file(quiet(config))];
    const twin = site.file(quiet(config), { folder: site.lab.directory('other'), name: basename(first) });
    for (const file of [first, second, twin]) {
      expect((await site.agent(site.ours, file, 'monitor')).status).toBe(7);
      expect((await site.agent(site.ours, file, 'start')).status).toBe(0);
    }
    expect((await site.agent(site.ours, second, 'stop')).status).toBe(0);
    const statuses = [];
    for (const file of [first, second, twin])
      statuses.push((await site.agent(site.ours, file, 'monitor')).status);
    expect(statuses).toEqual([0, 7, 0]);
    expect((await site.agent(site.ours, first, 'stop')).status).toBe(0);
    expect((await site.agent(site.ours, twin, 'monitor')).status).toBe(0);
    expect((await site.agent(site.ours, twin, 'stop')).status).toBe(0);
  });

  it('is told of a file that cannot be started, and stops a daemon whose file has become bad', async () => {
    const file = site.file('virtual=nonsense\n');
    expect((await site.agent(site.ours, file, 'start')).status).toBe(1);
    expect((await site.agent(site.ours, file, 'monitor')).status).toBe(7);
    writeFileSync(file, quiet(config));
    expect(await play(site.ours, file, ['start'])).toEqual([0]);
    writeFileSync(file, 'virtual=nonsense\n');
    expect(await play(site.ours, file, ['monitor', 'start', 'stop', 'monitor'])).toEqual([0, 0, 0, 7]);
  });

  it('ends a daemon that hangs', async () => {
    const file = site.file(quiet(config));
    await play(site.ours, file, ['start']);
    const pid = pidOf(file) ?? 0;
    process.kill(pid, 'SIGSTOP');
    const monitor = await site.agent(site.ours, file, 'monitor');
    expect(monitor.status).toBe(1);
    expect(monitor.stdout).toContain(`expected an answer of the daemon (pid ${pid})`);
    expect((await site.agent(site.ours, file, 'stop')).status).toBe(0);
    await waitUntil(() => !isAlive(pid), { what: 'its end' });
    expect(await play(site.ours, file, ['monitor', 'start', 'monitor', 'stop'])).toEqual([7, 0, 0, 0]);
  });

  it('is not taken in by a pid file that names another process', async () => {
    const file = site.file(quiet(config));
    writeFileSync(`/run/ldirectord.${file.split('/').at(-1)}.pid`, `${process.pid}\n`);
    expect(await play(site.ours, file, ['monitor', 'start', 'monitor', 'stop', 'monitor'])).toEqual([
      7, 0, 0, 0, 7,
    ]);
    expect(existsSync(`/proc/${process.pid}`)).toBe(true);
  });

  it('knows of no file what it cannot know', async () => {
    const file = site.file(quiet(config));
    rmSync(file);
    expect((await site.agent(site.ours, file, 'monitor')).status).toBe(5);
  });
});
