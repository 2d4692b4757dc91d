// What a boot and its end bring: a network that is never online, interfaces that come late, both directors at once, and
// one that is powered off. The tests follow each other.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createLab } from '../harness/namespaces.ts';
import { waitUntil } from '../harness/process.ts';
import type { Machine } from '../harness/systemd/machine.ts';
import {
  createSite,
  director,
  holds,
  isActiveUnit,
  mark,
  pairConfig,
  property,
  type Site,
  serves,
  unanswered,
  waitToTell,
} from './site.ts';

/** A second router on an interface that no boot brings. */
const config = pairConfig.replace(
  'checkinterval: 5',
  `  - name: VI_late
    interface: late0
    virtual_router_id: 52
    priority: {lvs1: 150, lvs2: 100}
    advert_int: 200ms
    virtual_ipaddress: [10.78.0.240/24]
checkinterval: 5`,
);
const lateVip = '10.78.0.240';
/** As a network manager that waits for a cable. */
const neverOnline = '[Service]\nExecStart=\nExecStart=/bin/sleep infinity\nTimeoutStartSec=infinity\n';

const lab = createLab();

let site: Site;
let lvs1: Machine;
let lvs2: Machine;

beforeAll(async () => {
  site = await createSite(lab);
  [lvs1, lvs2] = await Promise.all([director(site, 'lvs1', config), director(site, 'lvs2', config)]);
  await Promise.all([lvs1, lvs2].map((machine) => machine.run('systemctl enable --now lvs-director')));
  await serves(lvs1);
});
afterAll(() => lab.dispose());

const reboot = async (machine: Machine): Promise<void> => {
  const boots = machine.boots();
  await machine.run('systemctl reboot');
  await waitUntil(() => machine.boots() > boots, { timeoutMs: 120_000, what: `${machine.name} reboots` });
};

describe('a network that is never online', () => {
  it('is waited for at a boot, for half a minute and no longer, and the journal says so', async () => {
    await lvs2.run(
      'mkdir -p /etc/systemd/system/systemd-networkd-wait-online.service.d; cat >/etc/systemd/system/systemd-networkd-wait-online.service.d/never.conf',
      neverOnline,
    );
    await reboot(lvs2);
    await waitUntil(() => isActiveUnit(lvs2), { timeoutMs: 120_000, what: 'lvs2 runs' });
    expect((await lvs2.attempt('systemctl is-active network-online.target')).stdout).toBe('inactive\n');
    expect(await lvs2.run('journalctl -q -b -p warning -o cat -u lvs-director-network')).toContain(
      'network-online.target was not reached in 30 s',
    );
    const order = (
      await lvs2.run('systemctl show -P ActiveEnterTimestampMonotonic lvs-director-network lvs-director')
    )
      .split('\n')
      .filter((line) => line !== '')
      .map(Number);
    expect(order[0]).toBeLessThan(order[1] ?? 0);
  });

  it('is not waited for again by a restart', async () => {
    const before = await lvs2.run('systemctl show -P ActiveEnterTimestampMonotonic lvs-director-network');
    await lvs2.run('systemctl restart lvs-director');
    expect(await isActiveUnit(lvs2)).toBe(true);
    expect(await lvs2.run('systemctl show -P ActiveEnterTimestampMonotonic lvs-director-network')).toBe(
      before,
    );
    await lvs2.run('rm -r /etc/systemd/system/systemd-networkd-wait-online.service.d');
  });
});

/** One of them alone. */
const isLateVipAt = (machine: Machine, other: Machine) =>
  waitUntil(async () => (await holds(machine, lateVip)) && !(await holds(other, lateVip)), {
    timeoutMs: 60_000,
    what: `${machine.name} alone has ${lateVip}`,
  });

describe('an interface that comes late', () => {
  it('is taken into use when it is there, and the daemon goes on meanwhile', async () => {
    await serves(lvs1);
    const late = await lab.lan('late');
    const since = await mark(lvs1);
    const of = async (machine: Machine) => Number(await property(machine, 'MainPID'));
    const before = [await of(lvs1), await of(lvs2)];
    const lost = await unanswered(site.client, async () => {
      await lab.attach(lvs2.host, late, { interface: 'late0', addresses: ['10.78.0.2/24'] });
      await isLateVipAt(lvs2, lvs1);
      await lab.attach(lvs1.host, late, { interface: 'late0', addresses: ['10.78.0.1/24'] });
      await isLateVipAt(lvs1, lvs2);
    });
    expect(lost).toBe(0);
    const fits = ({ instance, from, to }: Readonly<Record<string, unknown>>) =>
      instance === 'VI_late' && from === 'fault' && to === 'backup';
    await waitToTell(lvs1, 'vrrp.transition', { since, fits });
    expect([await of(lvs1), await of(lvs2)]).toEqual(before);
  });

  it('and goes again leaves its router in fault, and the other one alone', async () => {
    const since = await mark(lvs1);
    const lost = await unanswered(site.client, async () => {
      await lvs1.run('ip link delete late0');
      await isLateVipAt(lvs2, lvs1);
    });
    expect(lost).toBe(0);
    const fits = ({ instance, to }: Readonly<Record<string, unknown>>) =>
      instance === 'VI_late' && to === 'fault';
    await waitToTell(lvs1, 'vrrp.transition', { since, fits });
    expect(await isActiveUnit(lvs1)).toBe(true);
  });
});

describe('the end of a machine', () => {
  it('both at once: they come back, one of them serves, and neither is in fault', async () => {
    await Promise.all([reboot(lvs1), reboot(lvs2)]);
    await Promise.all([lvs1.up(), lvs2.up()]);
    await serves(lvs1);
    await waitUntil(async () => (await isActiveUnit(lvs2)) && !(await holds(lvs2)), {
      timeoutMs: 60_000,
      what: 'lvs2 is the backup',
    });
    for (const machine of [lvs1, lvs2]) expect(await property(machine, 'NRestarts')).toBe('0');
  });

  it('powered off while it is active: it hands over before its network goes', async () => {
    const since = await mark(lvs2);
    const lost = await unanswered(site.client, async () => {
      await lvs1.run('systemctl poweroff');
      await waitUntil(async () => (await lvs1.attempt('true')).status === 125, {
        timeoutMs: 120_000,
        what: 'lvs1 is off',
      });
      await serves(lvs2);
    });
    expect(lost).toBe(0);
    const fits = ({ instance, to }: Readonly<Record<string, unknown>>) =>
      instance === 'VI_1' && to === 'active';
    expect(await waitToTell(lvs2, 'vrrp.transition', { since, fits })).toMatchObject({
      reason: 'active_resigned',
    });
  });
});
