// The package for rpm on a machine of the lab: what its scripts do at the first installation, at an upgrade under a daemon that
// runs, and at a removal. That the machine's files are dpkg's changes nothing for them. The tests follow each other.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checkoutRoot } from '../harness/checkout.ts';
import { createLab } from '../harness/namespaces.ts';
import { run } from '../harness/process.ts';
import type { Machine } from '../harness/systemd/machine.ts';
import {
  configFile,
  createSite,
  director,
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

const hasTools = existsSync('/usr/bin/rpmbuild');
const lab = createLab();
let site: Site;
let machine: Machine;
/** Without what Debian's says of itself. */
const rpm = async (words: string) =>
  (await machine.run(`rpm --nodeps ${words} 2>&1`)).replace(/^rpm: .*\n/gm, '');

beforeAll(async () => {
  if (!hasTools) return;
  site = await createSite(lab);
  machine = await director(site, 'lvs1', pairConfig);
  await machine.run(`dpkg --purge --force-all lvs-director || true
    rm -rf /etc/lvs-director; userdel lvs-director; mkdir -p /etc/ha.d; touch /etc/ha.d/ldirectord.cf`);
  for (const version of ['1.0.0', '2.0.0']) {
    const settings = [`OUT=${lab.directory('rpm')}`, `VERSION=${version}`, 'COMPRESS=none'];
    const command = ['env', ...settings, 'node', join(checkoutRoot, 'scripts/package.mjs'), 'rpm-nodejs'];
    const file = (await run(command, 240_000)).trim();
    await machine.run(`base64 -d >/var/tmp/${version}.rpm`, readFileSync(file).toString('base64'));
  }
});
afterAll(() => lab.dispose());

describe.runIf(hasTools)('the package for rpm', () => {
  it('is installed: makes the user and the config, says what comes next, and starts nothing', async () => {
    const said = await rpm('-i /var/tmp/1.0.0.rpm');
    expect(said).toContain('nothing was started');
    expect(said).toContain('lvs-director convert /etc/ha.d/ldirectord.cf');
    expect(await isActiveUnit(machine)).toBe(false);
    expect(await machine.run(`stat -c %U:%G:%a ${configFile} /etc/lvs-director`)).toBe(
      'root:lvs-director:640\nroot:lvs-director:2750\n',
    );
    expect(await machine.run('ls /usr/lib/lvs-director/dist/code-cache')).toContain(process.version);
  });

  it('is upgraded under a daemon that serves, which is restarted and loses nothing', async () => {
    await writeConfig(machine, pairConfig);
    await machine.run('systemctl enable --now lvs-director');
    await serves(machine);
    const since = await mark(machine);
    const before = await property(machine, 'MainPID');
    const lost = await unanswered(site.client, async () => {
      expect(await rpm('-U /var/tmp/2.0.0.rpm')).toBe('');
      await waitToTell(machine, 'daemon.ready', { since });
      await serves(machine);
    });
    expect(lost).toBe(0);
    expect(await property(machine, 'MainPID')).not.toBe(before);
    expect(await machine.run('rpm -q lvs-director')).toContain('2.0.0');
  });

  it('is removed: the daemon has ended, and what is yours stays', async () => {
    expect(await rpm('-e lvs-director')).toBe('');
    expect(await isActiveUnit(machine)).toBe(false);
    expect(await machine.run(`ls ${configFile}`)).toBe(`${configFile}\n`);
    const left =
      'ls -d /usr/lib/lvs-director /usr/lib/systemd/system/lvs-director* /etc/systemd/system/*/lvs*';
    expect((await machine.attempt(left)).stdout).toBe('');
  });
});
