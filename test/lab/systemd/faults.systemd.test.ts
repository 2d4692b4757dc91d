// What an administrator meets under systemd that is not as it should be: a file with an error, no Node, a keepalived beside us.
// Each on one director alone, which the unit neither starts for ever nor gives up in silence.
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createLab } from '../harness/namespaces.ts';
import { waitUntil } from '../harness/process.ts';
import type { Machine } from '../harness/systemd/machine.ts';
import {
  createSite,
  director,
  holds,
  isActiveUnit,
  mark,
  onProcesses,
  pairConfig,
  property,
  serves,
  told,
  waitToTell,
  writeConfig,
} from './site.ts';

const lab = createLab();
let lvs1: Machine;

beforeAll(async () => {
  lvs1 = await director(await createSite(lab), 'lvs1', pairConfig);
});
afterAll(() => lab.dispose());
afterEach(async () => {
  await lvs1.run(`systemctl stop lvs-director; systemctl reset-failed
    rm -rf /run/systemd/system/lvs-director.service.d; systemctl daemon-reload`);
  await writeConfig(lvs1, pairConfig);
});

/** What an administrator changes of the unit, until the end of the test. */
const dropIn = (text: string) =>
  lvs1.run(
    'cd /run/systemd/system && mkdir lvs-director.service.d && cat >lvs-director.service.d/a.conf && systemctl daemon-reload',
    text,
  );

const failed = (machine: Machine) =>
  waitUntil(async () => (await property(machine, 'ActiveState')) === 'failed', {
    timeoutMs: 60_000,
    everyMs: 300,
    what: 'the unit fails',
  });

describe('a start that cannot succeed', () => {
  it('for an error in the file fails once, with the place, at the level of an error', async () => {
    const since = await mark(lvs1);
    await writeConfig(lvs1, pairConfig.replace('scheduler', 'scheduller'));
    expect((await lvs1.attempt('systemctl start lvs-director')).status).not.toBe(0);
    await failed(lvs1);
    expect(await property(lvs1, 'NRestarts')).toBe('0');
    expect(await property(lvs1, 'ExecMainStatus')).toBe('2');
    expect(await lvs1.run('systemctl --failed --plain --no-legend')).toMatch(/^lvs-director\.service/m);
    expect((await lvs1.attempt('systemctl status lvs-director')).stdout).toContain('scheduller');
    const said = (await told(lvs1, since)).find((entry) => entry.said.includes('scheduller'));
    expect(said?.priority).toBe(3);
  });

  it('for want of Node fails once', async () => {
    await dropIn('[Service]\nInaccessiblePaths=/usr/bin/node\n');
    expect((await lvs1.attempt('systemctl start lvs-director')).status).not.toBe(0);
    await failed(lvs1);
    expect(await property(lvs1, 'NRestarts')).toBe('0');
    expect(await property(lvs1, 'ExecMainStatus')).toBe('203');
  });

  it('for a reason that may pass is tried again, but not for ever', async () => {
    // A folder in the place of the socket: exit status 1. And no busy host is too slow for the limit.
    await writeConfig(lvs1, `director: {control_socket: /run}\n${pairConfig}`);
    expect(await property(lvs1, 'StartLimitBurst')).toBe('10');
    await dropIn('[Unit]\nStartLimitIntervalSec=1h\nStartLimitBurst=4\n');
    expect((await lvs1.attempt('systemctl start lvs-director')).status).not.toBe(0);
    await failed(lvs1);
    expect(Number(await property(lvs1, 'NRestarts'))).toBeGreaterThanOrEqual(3);
    expect(await lvs1.run('systemctl --failed --plain --no-legend')).toMatch(/^lvs-director\.service/m);
  });
});

describe('a keepalived on the same host', () => {
  it('that is started without a configuration, which starts nothing, does not end the director', async () => {
    await lvs1.run('systemctl start lvs-director');
    await serves(lvs1);
    await lvs1.run('rm -f /etc/keepalived/keepalived.conf; systemctl start keepalived');
    expect(await isActiveUnit(lvs1)).toBe(true);
    expect(await holds(lvs1)).toBe(true);
  });
});

describe('a keepalived that runs', () => {
  const keepalived = `vrrp_instance X { interface eth0\n virtual_router_id 9\n virtual_ipaddress { 10.9.9.9/32 } }\n`;

  it('is told of, under the sandbox of the unit, at the start and at a reload', async () => {
    await lvs1.run('mkdir -p /etc/keepalived; cat >/etc/keepalived/keepalived.conf', keepalived);
    const before = await mark(lvs1);
    await lvs1.run('systemctl start keepalived lvs-director');
    try {
      const rival = { program: 'keepalived', priority: 4, level: 'warn' };
      expect(await waitToTell(lvs1, 'daemon.rival', { since: before })).toMatchObject(rival);
      const since = await mark(lvs1);
      await lvs1.run('systemctl reload lvs-director');
      expect(await waitToTell(lvs1, 'daemon.rival', { since })).toMatchObject(rival);
      expect(await lvs1.run('systemctl is-active keepalived lvs-director')).toBe('active\nactive\n');
    } finally {
      await lvs1.run('systemctl stop keepalived');
    }
  });
});

describe('a director that dies as a whole', () => {
  it('is started again and serves again', async () => {
    await lvs1.run('systemctl start lvs-director');
    await serves(lvs1);
    const since = await mark(lvs1);
    await onProcesses(lvs1, 'kill -9 $MAIN $VRRP');
    await waitToTell(lvs1, 'daemon.ready', { since });
    await serves(lvs1);
    expect(await property(lvs1, 'NRestarts')).toBe('1');
  });
});
