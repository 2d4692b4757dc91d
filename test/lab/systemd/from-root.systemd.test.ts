// An upgrade from a daemon that ran as root, with files that root alone may read: the one that runs as a user of its own
// serves on, or the daemon of before does, and whoever upgrades is told which file stands in the way. The tests follow each other.
import { existsSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { certFile, keyFile } from '../../probes/scripted-server.ts';
import { createLab } from '../harness/namespaces.ts';
import type { Machine } from '../harness/systemd/machine.ts';
import {
  configFile,
  copyPackages,
  createSite,
  director,
  dpkg,
  mark,
  onProcesses,
  pairConfig,
  property,
  type Site,
  serves,
  unanswered,
  waitToTell,
} from './site.ts';

const hasTools = existsSync('/usr/bin/dpkg-deb');
const dropIn = '/etc/systemd/system/lvs-director.service.d';
const lab = createLab();
let site: Site;
let lvs1: Machine;

const configWith = (key: string) =>
  pairConfig.replace('service: http', `service: https\n    cert: ${key}\n    key: ${key}`);
const pem = `${readFileSync(certFile, 'utf8')}${readFileSync(keyFile, 'utf8')}`;
const ownersOf = (...paths: readonly string[]) => lvs1.run(`stat -c %U:%G:%a ${paths.join(' ')}`);
const runner = () => onProcesses(lvs1, 'stat -c %U /proc/$MAIN /proc/$VRRP');

/** As an administrator of a daemon that runs as root has them. */
const write = (path: string, text: string) =>
  lvs1.run(
    `umask 077; mkdir -p $(dirname ${path}); cat >${path}; chown root:root ${path}; chmod 600 ${path}`,
    text,
  );

/** The unit as it was before: root's. */
async function startAsRoot(): Promise<void> {
  await lvs1.run(`install -D -m 644 /usr/share/doc/lvs-director/examples/run-as-root.conf ${dropIn}/run-as-root.conf
    systemctl daemon-reload`);
  const since = await mark(lvs1);
  await lvs1.run(`systemctl restart lvs-director; rm -r ${dropIn}`);
  await waitToTell(lvs1, 'vrrp.transition', { since, fits: ({ to }) => to === 'active' });
  await serves(lvs1);
  expect(await runner()).toBe('root\nroot\n');
}

beforeAll(async () => {
  if (!hasTools) return;
  site = await createSite(lab);
  lvs1 = await director(site, 'lvs1', pairConfig);
  await copyPackages(lab, [lvs1], ['1.0.0', '2.0.0']);
  await lvs1.run(`dpkg --purge --force-all lvs-director; ${dpkg} -i /var/tmp/1.0.0.deb`);
});
afterAll(() => lab.dispose());

describe.runIf(hasTools)('an upgrade from a daemon that ran as root', () => {
  it('gives the group what root alone could read, says so, and serves on as the user', async () => {
    const key = '/etc/lvs-director/tls/key.pem';
    await write(key, pem);
    await write(configFile, configWith(key));
    await lvs1.run('chown root:root /etc/lvs-director/tls; chmod 700 /etc/lvs-director/tls');
    await startAsRoot();
    await lvs1.run('userdel lvs-director; ! getent group lvs-director');
    let said = '';
    const lost = await unanswered(site.client, async () => {
      const since = await mark(lvs1);
      said = await lvs1.run(`${dpkg} -i /var/tmp/2.0.0.deb 2>&1`);
      await waitToTell(lvs1, 'daemon.ready', { since });
      await serves(lvs1);
    });
    expect(lost).toBe(0);
    for (const path of ['/etc/lvs-director/tls', key]) expect(said).toContain(`lvs-director: ${path}: `);
    expect(await runner()).toBe('lvs-director\nlvs-director\n');
    expect(await ownersOf('/etc/lvs-director/tls', key, configFile)).toBe(
      'root:lvs-director:2750\nroot:lvs-director:640\nroot:lvs-director:640\n',
    );
  });

  it('restarts no daemon that could not read a file elsewhere, names it, and the next restart is good', async () => {
    const key = '/srv/tls/key.pem';
    await write(key, pem);
    await write(configFile, configWith(key));
    await startAsRoot();
    const before = await property(lvs1, 'MainPID');
    let said = '';
    const lost = await unanswered(site.client, async () => {
      said = await lvs1.run(`${dpkg} -i /var/tmp/1.0.0.deb 2>&1`);
    });
    expect(lost).toBe(0);
    expect(said).toContain('not restarted, the daemon of before goes on');
    expect(said).toMatch(
      /lvs-director\.yaml:\d+:\d+: Cannot use cert: expected a readable file, got EACCES \(permission denied to/,
    );
    expect(await property(lvs1, 'MainPID')).toBe(before);
    await lvs1.run(
      'chgrp lvs-director /srv/tls /srv/tls/key.pem; chmod 750 /srv/tls; chmod 640 /srv/tls/key.pem',
    );
    expect((await lvs1.attempt('lvs-director check')).status).toBe(0);
    const since = await mark(lvs1);
    await lvs1.run('systemctl restart lvs-director');
    await waitToTell(lvs1, 'daemon.ready', { since });
    await serves(lvs1);
    expect(await runner()).toBe('lvs-director\nlvs-director\n');
  });
});
