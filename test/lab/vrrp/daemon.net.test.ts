// The VRRP process under the whole daemon: what becomes of it when the main process ends, or dies.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { byTheClock } from '../harness/by-the-clock.ts';
import { hostOn } from '../harness/host-on.ts';
import { createLab, type Host, type Lab } from '../harness/namespaces.ts';
import { run, waitUntil } from '../harness/process.ts';
import { type Director, startDirector } from '../harness/programs.ts';
import { probe, seamlessMs } from './prober.ts';
import { routerConfig } from './router-config.ts';
import { hasAddress, measured } from './station.ts';

const vip = '10.9.0.100';
let lab: Lab;
let client: Host;
let a: Director;
let b: Director;

const config = (priority: number) => routerConfig(priority, `${vip}/24`);

beforeEach(async () => {
  lab = createLab();
  const lan = await lab.lan('lan');
  client = await hostOn(lab, lan, 'c', '10.9.0.3/24');
  a = startDirector(lab, await hostOn(lab, lan, 'a', '10.9.0.1/24'), { config: config(150) });
  await a.waitFor('vip.announced');
  b = startDirector(lab, await hostOn(lab, lan, 'b', '10.9.0.2/24'), { config: config(100) });
  await b.waitFor('daemon.ready');
});
afterEach(() => lab?.dispose());

async function probed() {
  const prober = probe(lab, client, vip);
  await waitUntil(() => prober.answers() > 300, { what: 'the client reaches the address' });
  return prober;
}

const processes = async (host: Host) =>
  (await run(['ip', 'netns', 'pids', host.netns])).split('\n').filter((line) => line !== '').length;

describe('why', () => {
  it('tells of a router its state, its priority and whom it hears, on either director', async () => {
    await b.waitFor('vrrp.transition', ({ to }) => to === 'backup');
    const heard = await waitUntil(
      async () => {
        const { stdout } = await b.cli('why', 'VI_1');
        return stdout.includes('peers') && stdout;
      },
      { what: 'the backup has heard the active director' },
    );
    expect(heard).toMatch(/^VI_1: VRID 51 on eth0\n {2}state {4}backup for \d+ s: /);
    expect(heard).toMatch(/priority 100, as configured\n {2}active {3}10\.9\.0\.1, priority 150\n/);
    expect(heard).toMatch(/ {2}peers {4}10\.9\.0\.1, priority 150, heard \d+ ms ago\n/);
    const active = await a.cli('why', vip);
    expect(active.stdout).toMatch(/ {2}state {4}active for .*\n/);
    expect(active.stdout).toContain(`  holds    ${vip}/24\n`);
    expect(await a.cli('why', 'VI_2')).toMatchObject({ status: 1, stderr: expect.stringContaining('VI_2') });
  });
});

describe('a main process', () => {
  it('that is killed: the VRRP process hands over without a gap, and ends', async () => {
    const prober = await probed();
    a.running.signal('SIGKILL');
    await b.waitFor('vrrp.transition', ({ to, reason }) => to === 'active' && reason === 'active_resigned');
    await waitUntil(async () => (await processes(a.host)) === 0, { what: 'the VRRP process ends' });
    const gapMs = await prober.longestGapMs();
    measured('main process killed: longest gap for a client, ms', gapMs);
    expect(gapMs).toBeLessThan(seamlessMs);
    expect(await hasAddress(a.host, vip)).toBe(false);
    await a.waitFor('vrrp.supervisor_lost');
  });

  it('that hangs: the VRRP process hands over without a gap once the heartbeats stay away, and ends', async () => {
    const prober = await probed();
    a.running.signal('SIGSTOP');
    const hungAt = performance.now();
    await b.waitFor('vrrp.transition', ({ to, reason }) => to === 'active' && reason === 'active_resigned');
    measured('main process hung: role handed over after, ms', performance.now() - hungAt);
    // What is left is the process that hangs.
    await waitUntil(async () => (await processes(a.host)) === 1, { what: 'the VRRP process ends' });
    expect(await hasAddress(a.host, vip)).toBe(false);
    const gapMs = await prober.longestGapMs();
    measured('main process hung: longest gap for a client, ms', gapMs);
    expect(gapMs).toBeLessThan(seamlessMs);
    a.running.signal('SIGCONT');
    await a.waitFor('vrrp.process_lost');
    // It is well again, and the higher priority: by the rules it takes the role back.
    await a.waitFor('vrrp.transition', ({ reason }) => reason === 'preempted_lower_priority');
  });

  it('that is asked to end, with its whole group: hands over without a gap, and ends well', async () => {
    const prober = await probed();
    a.running.signalAll('SIGTERM');
    await b.waitFor('vrrp.transition', ({ to, reason }) => to === 'active' && reason === 'active_resigned');
    expect(await a.running.exited).toBe(0);
    const gapMs = await prober.longestGapMs();
    measured('SIGTERM to the group: longest gap for a client, ms', gapMs);
    expect(gapMs).toBeLessThan(seamlessMs);
    expect(await hasAddress(a.host, vip)).toBe(false);
    expect(a.events().some(({ event }) => event === 'vrrp.process_lost')).toBe(false);
  });

  it(
    'that is killed together with everything else: the kernel takes the address',
    byTheClock('it measures a lease of the kernel'),
    async () => {
      const { lease_s } = await a.waitFor('vip.added');
      const killedAt = performance.now();
      await a.host.killAll();
      await b.waitFor('vrrp.transition', ({ to }) => to === 'active');
      await waitUntil(async () => !(await hasAddress(a.host, vip)), { what: 'the lease ends', everyMs: 20 });
      measured('power cut of the daemon: address gone after, ms', performance.now() - killedAt);
      expect(performance.now() - killedAt).toBeLessThan(Number(lease_s) * 1000 + 2000);
    },
  );
});
