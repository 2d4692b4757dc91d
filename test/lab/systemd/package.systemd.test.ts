// The package on a pair of directors: installed beside a keepalived that runs, upgraded and downgraded on the active director
// while its client asks, removed and purged. The tests follow each other.
import { existsSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createLab } from '../harness/namespaces.ts';
import type { Machine } from '../harness/systemd/machine.ts';
import {
  configFile,
  copyPackages,
  createSite,
  director,
  dpkg,
  holds,
  isActiveUnit,
  mark,
  pairConfig,
  property,
  type Site,
  serves,
  unanswered,
  waitToTell,
  writeConfig,
} from './site.ts';

const hasTools = existsSync('/usr/bin/dpkg-deb');
const keepalived = `vrrp_instance K { interface eth0\n virtual_router_id 9\n virtual_ipaddress { 10.77.0.249/24 } }\n`;

const lab = createLab();
let site: Site;
let lvs1: Machine;
let lvs2: Machine;

const fileOf = (version: string) => `/var/tmp/${version}.deb`;

beforeAll(async () => {
  if (!hasTools) return;
  site = await createSite(lab);
  [lvs1, lvs2] = await Promise.all([director(site, 'lvs1', pairConfig), director(site, 'lvs2', pairConfig)]);
  for (const machine of [lvs1, lvs2])
    await machine.run(`dpkg --purge --force-all lvs-director || true
      rm -rf /etc/lvs-director; userdel lvs-director`);
  await copyPackages(lab, [lvs1, lvs2], ['1.0.0', '2.0.0']);
});
afterAll(() => lab.dispose());

/** As dpkg has it: two packages of one build, whose `--version` is the build's. */
const versionOf = (machine: Machine) => machine.run('dpkg-query -W lvs-director');

/** One director's upgrade or downgrade, as apt does it. @returns how many questions had no answer */
const lostBy = (version: string) =>
  unanswered(site.client, async () => {
    const since = await mark(lvs1);
    await lvs1.run(`${dpkg} -i ${fileOf(version)}`);
    await waitToTell(lvs1, 'daemon.ready', { since });
    await serves(lvs1);
  });

describe.runIf(hasTools)('the package', () => {
  it('is installed beside a keepalived that runs: warns, makes the user, and starts nothing', async () => {
    await lvs1.run('mkdir -p /etc/keepalived; cat >/etc/keepalived/keepalived.conf', keepalived);
    await lvs1.run('systemctl start keepalived');
    const said = await lvs1.run(`${dpkg} -i ${fileOf('1.0.0')} 2>&1`);
    expect(said).toContain('keepalived runs here');
    expect(said).toContain('nothing was started');
    expect(await lvs1.run('systemctl is-active keepalived')).toBe('active\n');
    expect(await isActiveUnit(lvs1)).toBe(false);
    expect((await lvs1.attempt('systemctl is-enabled lvs-director')).stdout).toBe('disabled\n');
    expect(await lvs1.run(`stat -c %U:%G:%a ${configFile} /etc/lvs-director`)).toBe(
      'root:lvs-director:640\nroot:lvs-director:2750\n',
    );
    await lvs1.run('systemctl stop keepalived; rm -r /etc/keepalived');
    await lvs2.run(`${dpkg} -i ${fileOf('1.0.0')}`);
  });

  it('serves once it is configured and enabled', async () => {
    for (const machine of [lvs1, lvs2]) {
      await writeConfig(machine, pairConfig);
      await machine.run('systemctl enable --now lvs-director');
    }
    await serves(lvs1);
    expect(await versionOf(lvs1)).toContain('1.0.0');
  });

  it.each([
    ['upgraded', '2.0.0'],
    ['downgraded', '1.0.0'],
  ])('is %s on the active director, and no question stays without an answer', async (_, version) => {
    expect(await lostBy(version)).toBe(0);
    expect(await versionOf(lvs1)).toContain(version);
    expect(await property(lvs1, 'NRestarts')).toBe('0');
    expect(await isActiveUnit(lvs2)).toBe(true);
  });

  it('is upgraded without a peer, and the address never leaves', async () => {
    await lvs2.run('systemctl stop lvs-director');
    await serves(lvs1);
    const monitor = lvs1.host.start(['ip', 'monitor', 'address']);
    expect(await lostBy('1.0.0')).toBe(0);
    monitor.signal('SIGINT');
    await monitor.exited;
    expect(
      monitor.lines().filter((line) => line.startsWith('Deleted') && line.includes('10.77.0.240')),
    ).toEqual([]);
  });

  it('that is upgraded where the daemon was stopped leaves it so', async () => {
    await lvs2.run(`${dpkg} -i ${fileOf('2.0.0')}`);
    expect(await isActiveUnit(lvs2)).toBe(false);
    await lvs2.run('systemctl start lvs-director');
    await waitToTell(lvs2, 'vrrp.transition', { fits: ({ to }) => to === 'backup' });
  });

  it('is removed from the active director, which hands over first; a purge leaves nothing but files of yours', async () => {
    const lost = await unanswered(site.client, async () => {
      await lvs1.run('dpkg --remove lvs-director');
      await serves(lvs2);
    });
    expect(lost).toBe(0);
    expect(await holds(lvs1)).toBe(false);
    expect((await lvs1.attempt("pgrep -f '[v]rrp-process|[l]vs-director'")).stdout).toBe('');
    expect(await lvs1.run(`ls ${configFile} /var/lib/lvs-director/operator.json; true`)).toContain(
      configFile,
    );
    await lvs1.run('touch /etc/lvs-director/mine; dpkg --purge lvs-director');
    const left = await lvs1.attempt(
      'ls -d /etc/lvs-director/* /var/lib/lvs-director* /var/log/lvs-director* /usr/lib/lvs-director /usr/lib/systemd/system/lvs-director* /etc/systemd/system/*/lvs-director*',
    );
    expect(left.stdout).toBe('/etc/lvs-director/mine\n');
    expect((await lvs1.run('systemctl --failed --plain --no-legend')).includes('lvs-director')).toBe(false);
  });
});
