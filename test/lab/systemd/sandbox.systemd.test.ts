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
  configFile,
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
const page = readFileSync(join(checkoutRoot, 'docs', 'systemd.md'), 'utf8');
/** Where the example would log if its line were not commented out. */
const logFile = /# file: (\S+)/.exec(example)?.[1] ?? '';
const config = `
log: {file: ${logFile}}
vrrp_script: [{name: uplink, script: /usr/local/bin/uplink, interval: 1s, timeout: 60s}]
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

/** What the page says that a command which runs as root may, and may not: its table, row by row. */
const tries = [...page.matchAll(/^\| ([^|]+?) \| `([^`]+)` \| \w+ \| (allowed|refused) \|$/gm)].map(
  ([, what = '', command = '', verdict]) => ({ what, command, isAllowed: verdict === 'allowed' }),
);
const tried = '/var/lib/lvs-director/tried';

const lab = createLab();
let lvs1: Machine;

beforeAll(async () => {
  lvs1 = await director(await createSite(lab), 'lvs1', config);
  const programs = {
    // It fails unless it has no privileges at all, and the sandbox holds.
    check:
      '[ "$(id -u)" != 0 ] && ! touch /usr/local/x && grep -q "CapEff:.*0000000000000000" /proc/self/status',
    uplink: '[ "$(id -u)" != 0 ]',
    'on-vrrp': `echo "$@" >>/var/lib/lvs-director/notified; [ "$3" = MASTER ] || exit 0
${tries.map(({ command }, line) => `sh -c '${command}' >/tmp/said 2>&1; echo "${line} $? $(head -1 /tmp/said)" >>${tried}`).join('\n')}
id -u >/var/lib/lvs-director/uid`,
  };
  for (const [name, text] of Object.entries(programs))
    await lvs1.run(`cat >/usr/local/bin/${name}; chmod 755 /usr/local/bin/${name}`, `#!/bin/sh\n${text}\n`);
  // A unit of the administrator's that a command starts, and a program that it cannot make more than it is.
  await lvs1.run('cat >/etc/systemd/system/probe.service', '[Service]\nExecStart=/bin/true\n');
  await lvs1.run('systemctl daemon-reload; systemctl start lvs-director');
  await serves(lvs1);
});
afterAll(() => lab.dispose());

describe('below the sandbox of the unit', () => {
  it('both processes run as the user, with its capabilities, which they pass on to nobody, and a filter', async () => {
    const said = await onProcesses(
      lvs1,
      'for p in $MAIN $VRRP; do grep -E "^(Uid|Cap(Eff|Bnd)|Seccomp):" /proc/$p/status; done',
    );
    const uid = (await lvs1.run('id -u lvs-director')).trim();
    const lines = said
      .trim()
      .split('\n')
      .map((line) => line.split(/\s+/));
    expect(lines.filter(([name]) => name === 'Uid:').map(([, real, effective]) => [real, effective])).toEqual(
      [
        [uid, uid],
        [uid, uid],
      ],
    );
    // CAP_KILL, SETGID, SETUID, NET_ADMIN, NET_RAW, IPC_LOCK, SYS_NICE.
    const masks = lines.filter(([name]) => name?.startsWith('Cap')).map(([, mask]) => mask);
    expect(new Set(masks)).toEqual(new Set(['00000000008070e0']));
    expect(lines.filter(([name]) => name === 'Seccomp:').map(([, mode]) => mode)).toEqual(['2', '2']);
    expect(await onProcesses(lvs1, 'grep CapAmb: /proc/$MAIN/status')).toMatch(/CapAmb:\s+0+$/m);
  });

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

  it('a command that acts is root, and may what the page says', async () => {
    await waitUntil(async () => (await lvs1.attempt('cat /var/lib/lvs-director/uid')).stdout === '0\n', {
      timeoutMs: 60_000,
      everyMs: 300,
      what: 'the command has tried all',
    });
    const results = (await lvs1.run(`cat ${tried}`)).trim().split('\n');
    expect(tries.length).toBeGreaterThan(20);
    const found = tries.map(({ what, command }, line) => {
      const [, status, ...said] = (results[line] ?? '').split(' ');
      return [what, command, status === '0' ? 'allowed' : 'refused', said.join(' ')];
    });
    expect(found).toEqual(
      tries.map(({ what, command, isAllowed }, line) => [
        what,
        command,
        isAllowed ? 'allowed' : 'refused',
        found[line]?.[3],
      ]),
    );
    // Refused by the sandbox, not for want of the program.
    expect(
      found.filter(
        ([, , verdict, said]) =>
          verdict === 'refused' && /not found|No such|nonexistent|usage/i.test(said ?? ''),
      ),
    ).toEqual([]);
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
    expect(await lvs1.run('stat -c %U:%a /var/lib/lvs-director /var/log/lvs-director')).toBe(
      'lvs-director:770\nlvs-director:770\n',
    );
  });

  it('a killed VRRP process comes back with all that it had', async () => {
    const since = await mark(lvs1);
    await onProcesses(lvs1, 'kill -9 $VRRP');
    expect(await waitToTell(lvs1, 'vrrp.process_started', { since })).toMatchObject({
      level: 'info',
      realtime: true,
    });
    await serves(lvs1);
    expect(
      await onProcesses(
        lvs1,
        'chrt -p $VRRP; grep VmLck /proc/$VRRP/status; grep CapAmb: /proc/$MAIN/status',
      ),
    ).toMatch(/SCHED_RR.*VmLck:\s+[1-9].*CapAmb:\s+0+$/ms);
  });

  it('a config that root alone may read is refused with the user, and the group mends it', async () => {
    const since = await mark(lvs1);
    await lvs1.run(`chmod 600 ${configFile}`);
    expect((await lvs1.attempt('systemctl reload lvs-director')).status).not.toBe(0);
    const rejected = await waitToTell(lvs1, 'daemon.reload_rejected', { since });
    expect(rejected.said).toContain('permission denied to user lvs-director');
    await lvs1.run(`chmod 640 ${configFile}; systemctl reload lvs-director`);
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

  it('run-as-root.conf of the documentation makes root of it, and the folders follow, there and back', async () => {
    const folder = '/etc/systemd/system/lvs-director.service.d';
    const owner = () => lvs1.run('stat -c %U /var/lib/lvs-director /var/lib/lvs-director/notified');
    await lvs1.run(`install -D -m 644 /usr/share/doc/lvs-director/examples/run-as-root.conf ${folder}/run-as-root.conf
      chmod 600 ${configFile}; systemctl daemon-reload; systemctl start lvs-director`);
    await serves(lvs1);
    expect(await onProcesses(lvs1, 'stat -c %U /proc/$MAIN /proc/$VRRP')).toBe('root\nroot\n');
    expect(await owner()).toBe('root\nroot\n');
    await lvs1.run(
      `rm -r ${folder}; chmod 640 ${configFile}; systemctl daemon-reload; systemctl restart lvs-director`,
    );
    await serves(lvs1);
    expect(await owner()).toBe('lvs-director\nlvs-director\n');
    // systemd gives the folders to the new user before the old one, who is root without the right to overlook that, has
    // stopped: what he still has to tell is not kept. Nothing else is missing, then or afterwards.
    const failed = (await told(lvs1)).filter(
      ({ event, reason }) => /^state\./.test(String(event)) && !String(reason).includes('/events/routers-'),
    );
    expect(failed).toEqual([]);
  });
});
