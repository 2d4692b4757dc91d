// All that a director does to its host and runs on it, below the sandbox of the unit: its capabilities, its read-only files,
// its system calls. One director alone that has a bit of everything but the table, for which this kernel may have no IPVS.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checkoutRoot } from '../harness/checkout.ts';
import { createLab } from '../harness/namespaces.ts';
import { waitUntil } from '../harness/process.ts';
import type { Machine } from '../harness/systemd/machine.ts';
import {
  createSite,
  director,
  holds,
  mark,
  onProcesses,
  property,
  serves,
  told,
  vip,
  waitToTell,
} from './site.ts';

const example = readFileSync(join(checkoutRoot, 'etc', 'lvs-director.yaml'), 'utf8');
/** Where the example would log if its line were not commented out. */
const logFile = /# file: (\S+)/.exec(example)?.[1] ?? '';
const config = `
log: {file: ${logFile}}
vrrp_script: [{name: uplink, script: /usr/local/bin/uplink, interval: 1s}]
vrrp:
  - name: VI_1
    interface: eth0
    use_vmac: yes
    accept: no
    virtual_router_id: 51
    track_script: [uplink]
    notify: /usr/local/bin/on-vrrp
    virtual_ipaddress: [${vip}/24]
virtual:
  - fwmark: 7
    marks: [{address: ${vip}, ports: [80, 443]}]
    checktype: external
    checkcommand: /usr/local/bin/check
    real: [10.77.0.11 gate, 10.77.0.12 gate]
`;

const lab = createLab();
let lvs1: Machine;

beforeAll(async () => {
  lvs1 = await director(await createSite(lab), 'lvs1', config);
  const programs = {
    // It fails unless it has no privileges at all, and the sandbox holds.
    check:
      '[ "$(id -u)" != 0 ] && ! touch /usr/local/x && grep -q "CapEff:.*0000000000000000" /proc/self/status',
    uplink: '[ "$(id -u)" != 0 ]',
    'on-vrrp': 'echo "$@" >>/var/lib/lvs-director/notified',
  };
  for (const [name, text] of Object.entries(programs))
    await lvs1.run(`cat >/usr/local/bin/${name}; chmod 755 /usr/local/bin/${name}`, `#!/bin/sh\n${text}\n`);
  await lvs1.run('systemctl start lvs-director');
  await serves(lvs1);
});
afterAll(() => lab.dispose());

describe('below the sandbox of the unit', () => {
  it('the address stands on a macvlan of the virtual MAC, with the settings that it needs', async () => {
    expect(await lvs1.run('ip -d -o link show vrrp.51')).toMatch(/00:00:5e:00:01:33.* macvlan/);
    expect(await lvs1.run('ip -o address show vrrp.51')).toContain(` ${vip}/24`);
    expect(await lvs1.run('cat /proc/sys/net/ipv4/conf/vrrp.51/arp_ignore')).not.toBe('0\n');
  });

  it('checks and tracked scripts run, without privileges', async () => {
    for (const real of ['10.77.0.11', '10.77.0.12'])
      await waitToTell(lvs1, 'real.up', { fits: (entry) => String(entry.real).startsWith(real) });
    const bad = (await told(lvs1)).filter(
      ({ event, state }) => event === 'real.unchecked' || state === 'down',
    );
    expect(bad).toEqual([]);
  });

  it('the notify command runs, and writes where the unit lets it', async () => {
    const notified = await waitUntil(
      async () => (await lvs1.attempt('cat /var/lib/lvs-director/notified')).stdout,
      { timeoutMs: 60_000, everyMs: 300, what: 'the notify command has run' },
    );
    expect(notified).toContain('INSTANCE VI_1 MASTER');
  });

  it('packets are marked, and what is addressed to the address itself is dropped', async () => {
    const rules = await lvs1.run('nft list ruleset');
    expect(rules).toContain('lvs-director-marks');
    const failures = (await told(lvs1)).filter(({ event }) =>
      /marks\.failed|accept_failed/.test(String(event)),
    );
    expect(failures).toEqual([]);
  });

  it('the log of the example is written, and so is the state', async () => {
    const lines = (await lvs1.run(`cat ${logFile}`)).trim().split('\n');
    expect(lines.map((line) => (JSON.parse(line) as { event: string }).event)).toContain('daemon.ready');
    const events = (await told(lvs1)).map(({ event }) => event);
    for (const failure of ['log.failed', 'state.failed']) expect(events).not.toContain(failure);
    expect(await lvs1.run('stat -c %U:%a /var/lib/lvs-director /var/log/lvs-director')).toMatch(/^root:7/);
  });

  it('the rest of the host is read-only to it', async () => {
    const written = await onProcesses(
      lvs1,
      'nsenter -t $MAIN -m sh -c "touch /etc/x /usr/x /var/log/x /root/x 2>&1"; true',
    );
    expect(written.match(/Read-only file system/g)).toHaveLength(4);
  });

  it('a stop takes all of it away again', async () => {
    const since = await mark(lvs1);
    await lvs1.run('systemctl stop lvs-director');
    expect(await property(lvs1, 'Result')).toBe('success');
    expect(await holds(lvs1)).toBe(false);
    expect((await lvs1.attempt('ip link show vrrp.51')).status).not.toBe(0);
    expect(await lvs1.run('nft list ruleset')).not.toContain('lvs-director');
    expect((await told(lvs1, since)).map(({ event }) => event)).toContain('daemon.stopped');
  });
});
