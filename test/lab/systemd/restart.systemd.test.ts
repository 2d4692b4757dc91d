// `systemctl restart` as systemd does it: the old process is ended before the new one reads the file. The clients of a
// director without a peer do not notice, whatever the file says by then; a stop still is a stop.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { byTheClock } from '../harness/by-the-clock.ts';
import { createLab } from '../harness/namespaces.ts';
import type { Machine } from '../harness/systemd/machine.ts';
import {
  createSite,
  director,
  type Entry,
  holds,
  isActiveUnit,
  mark,
  onProcesses,
  pairConfig,
  property,
  type Site,
  serves,
  unanswered,
  waitToTell,
  writeConfig,
} from './site.ts';

const bad = pairConfig.replace('checkinterval: 5', 'checkinterval: soon');
const everyThree = pairConfig.replace('virtual_router_id: 51', 'virtual_router_id: 51\n    advert_int: 3s');
const restart = 'systemctl restart lvs-director';
const isBackup = ({ to }: Entry) => to === 'backup';
const isActive = ({ to }: Entry) => to === 'active';
const isSettled = ({ to }: Entry) => to === 'active' || to === 'backup';
const lab = createLab();
let site: Site;
let lvs1: Machine;

beforeAll(async () => {
  site = await createSite(lab);
  lvs1 = await director(site, 'lvs1', pairConfig);
});
afterAll(() => lab.dispose());

/** It runs with that file, and has the role. */
async function startWith(machine: Machine, config: string): Promise<void> {
  await writeConfig(machine, config);
  await machine.run('systemctl stop lvs-director; systemctl reset-failed lvs-director; true');
  const since = await mark(machine);
  await machine.run('systemctl start lvs-director');
  await waitToTell(machine, 'vrrp.transition', { since, fits: isActive });
  await serves(machine);
}

/** The kernel never takes the address from lvs1. */
async function staysWhile(work: () => Promise<unknown>): Promise<void> {
  const monitor = lvs1.host.start(['ip', 'monitor', 'address']);
  try {
    await work();
  } finally {
    monitor.signal('SIGINT');
    await monitor.exited;
  }
  expect(
    monitor.lines().filter((line) => line.startsWith('Deleted') && line.includes('10.77.0.240')),
  ).toEqual([]);
  expect(await holds(lvs1)).toBe(true);
}

/** How many questions had no answer until it is settled who serves. */
const lostWhile = (script: string, fits = isSettled): Promise<number> =>
  unanswered(site.client, async () => {
    const since = await mark(lvs1);
    await onProcesses(lvs1, script);
    await waitToTell(lvs1, 'vrrp.transition', { since, fits });
    await waitToTell(lvs1, 'daemon.ready', { since });
  });

describe('a director without a peer', () => {
  beforeEach(() => startWith(lvs1, pairConfig));

  it('is asked in vain by nobody while it is restarted, twice', async () => {
    const since = await mark(lvs1);
    await staysWhile(async () => {
      expect(await lostWhile(restart, isActive)).toBe(0);
      expect(await lostWhile(restart, isActive)).toBe(0);
    });
    expect(await waitToTell(lvs1, 'daemon.stopping', { since })).toMatchObject({ restarts: true });
  });

  it('goes on with the last good file where the new one is bad, says so, and takes on the mended one', async () => {
    const since = await mark(lvs1);
    await staysWhile(async () => {
      await writeConfig(lvs1, bad);
      expect(await lostWhile(restart, isActive)).toBe(0);
      // Once more: the last good one outlives a run that was not its own.
      expect(await lostWhile(restart, isActive)).toBe(0);
      expect(await isActiveUnit(lvs1)).toBe(true);
      const rejected = await waitToTell(lvs1, 'daemon.config_rejected', { since });
      expect(rejected).toMatchObject({ priority: 3, config: '/etc/lvs-director/lvs-director.yaml' });
      expect(await lvs1.run('systemctl status lvs-director')).toMatch(
        /last good configuration.*checkinterval/s,
      );
      await writeConfig(lvs1, pairConfig);
      await lvs1.run('systemctl reload lvs-director');
      await waitToTell(lvs1, 'daemon.reloaded', { since });
      expect(await property(lvs1, 'StatusText')).toBe('');
    });
  });

  it.each([
    ['a bad file', bad],
    ['an empty file', ''],
  ])('goes on with the last good file over %s when both processes are killed', async (_, text) => {
    await writeConfig(lvs1, text);
    const since = await mark(lvs1);
    await onProcesses(lvs1, 'kill -9 $MAIN $VRRP');
    await waitToTell(lvs1, 'daemon.config_rejected', { since });
    await waitToTell(lvs1, 'vrrp.transition', { since, fits: isActive });
    await serves(lvs1);
    expect(await property(lvs1, 'StatusText')).toContain('last good configuration');
  });

  it('is stopped by a stop, and a start with a bad file fails then', async () => {
    await lvs1.run('systemctl stop lvs-director');
    expect(await holds(lvs1)).toBe(false);
    await writeConfig(lvs1, bad);
    expect((await lvs1.attempt('systemctl start lvs-director')).status).not.toBe(0);
    expect(await property(lvs1, 'ActiveState')).toBe('failed');
    expect(await property(lvs1, 'ExecMainStatus')).toBe('2');
    expect(await property(lvs1, 'NRestarts')).toBe('0');
    expect(await holds(lvs1)).toBe(false);
  });
});

describe('a director without a peer, with adverts three seconds apart', () => {
  beforeEach(() => startWith(lvs1, everyThree));

  it('is asked in vain by nobody while it is restarted', async () => {
    expect(await lostWhile(restart, isActive)).toBe(0);
  });

  it(
    'is asked in vain by nobody when both its processes are killed',
    byTheClock('the daemon must start before the lease ends'),
    async () => {
      expect(await lostWhile('kill -9 $MAIN $VRRP', isActive)).toBe(0);
    },
  );
});

describe('an active director with a peer', () => {
  let lvs2: Machine;

  beforeAll(async () => {
    await startWith(lvs1, pairConfig);
    lvs2 = await director(site, 'lvs2', pairConfig);
    await lvs2.run('systemctl start lvs-director');
    await waitToTell(lvs2, 'vrrp.transition', { fits: isBackup });
  });

  it.each([
    ['the file that it has', pairConfig],
    ['a bad file', bad],
  ])('is restarted with %s, and no question stays without an answer', async (_, text) => {
    await serves(lvs1);
    await writeConfig(lvs1, text);
    expect(await lostWhile(restart)).toBe(0);
    expect(await isActiveUnit(lvs1)).toBe(true);
  });
});
