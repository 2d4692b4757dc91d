// Commands of the administrator's that run while the unit is stopped or restarted: systemd ends what is left of a unit, so
// the daemon waits for them, and systemd for the daemon.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createLab } from '../harness/namespaces.ts';
import type { Machine } from '../harness/systemd/machine.ts';
import { createSite, director, mark, pairConfig, property, told, waitToTell } from './site.ts';

/** For those that run without privileges, too: no folder of the daemon's own is. */
const folder = '/var/lib/commands';
/** Says that it runs, and that it has ended, which takes it a while; its word is its own, as its user is. */
const slow = `#!/bin/sh\necho >${folder}/$1.begun\nsleep 3\necho >${folder}/$1.done\n`;
const config = pairConfig
  .replace('    virtual_ipaddress', '    notify_master: /usr/local/bin/slow master\n    virtual_ipaddress')
  .replace('    scheduler: wlc', '    scheduler: wlc\n    quorum_up: /usr/local/bin/slow quorum');

const lab = createLab();
let lvs1: Machine;

beforeAll(async () => {
  lvs1 = await director(await createSite(lab), 'lvs1', config);
  await lvs1.run('cat >/usr/local/bin/slow; chmod 755 /usr/local/bin/slow', slow);
  await lvs1.run(`mkdir -p ${folder}; chmod 777 ${folder}`);
  const units = '/run/systemd/system/lvs-director.service.d';
  await lvs1.run(
    `mkdir -p ${units} && cat >${units}/writes.conf && systemctl daemon-reload`,
    `[Service]\nReadWritePaths=${folder}\n`,
  );
});
afterAll(() => lab.dispose());
beforeEach(() => lvs1.run(`systemctl stop lvs-director; rm -f ${folder}/*`));

describe('a command that runs ends by itself', () => {
  it.each([
    ['notify_master', 'master', 'stop'],
    ['notify_master', 'master', 'restart'],
    ['quorum_up', 'quorum', 'stop'],
    ['quorum_up', 'quorum', 'restart'],
  ])('%s (%s) at a %s', async (_, word, how) => {
    const since = await mark(lvs1);
    await lvs1.run('systemctl start lvs-director');
    await lvs1.run(
      `timeout 60 sh -c 'until [ -e ${folder}/${word}.begun ]; do sleep 0.05; done' && systemctl ${how} lvs-director`,
    );
    expect(await lvs1.run(`ls ${folder}`)).toContain(`${word}.done`);
    const event = word === 'master' ? 'vrrp.notified' : 'service.quorum_command';
    expect(await waitToTell(lvs1, event, { since })).toMatchObject({ exit: 'exit 0' });
    expect((await told(lvs1, since)).find((entry) => entry.event === 'daemon.stopping')).toMatchObject({
      ...(how === 'restart' && { restarts: true }),
    });
    expect(await property(lvs1, 'Result')).toBe('success');
  });
});
