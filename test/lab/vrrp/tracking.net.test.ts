// What directors track, under the whole daemon: each failure moves the role without a gap, and each recovery back.
import { spawnSync } from 'node:child_process';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { run, waitUntil } from '../harness/process.ts';
import { startDirector, startKeepalived, startNginx } from '../harness/programs.ts';
import { seamlessMs } from './prober.ts';
import { hasAddress, measured } from './station.ts';
import {
  becomes,
  comesBack,
  config,
  createSite,
  probed,
  type Site,
  seen,
  startPair,
  statusOf,
  vip,
} from './tracked-site.ts';

const hasKeepalived = spawnSync('keepalived', ['--version'], { stdio: 'ignore' }).status === 0;

/** Of the process of that id, not of one that has ended and that nobody has asked for its status. */
function isSleep(pid: string): boolean {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').startsWith('sleep');
  } catch {
    return false;
  }
}

let site: Site;
beforeEach(async () => {
  site = await createSite();
});
afterEach(() => site?.lab.dispose());

describe('a tracked script', () => {
  it('that fails lowers the priority, the peer takes over without a gap, and back', async () => {
    const flag = join(site.folder, 'down');
    const script = `
vrrp_script:
  - {name: web, script: /usr/bin/test ! -e ${flag}, interval: 50ms, timeout: 20s, fall: 2, rise: 2, weight: -60, user: root}
`;
    const [a, b] = await startPair(site, config(150, 'track_script: [web]', script), config(100, ''));
    const prober = await probed(site);
    writeFileSync(flag, '');
    const failedAt = performance.now();
    const changed = await a.waitFor('vrrp.priority_changed');
    expect(changed).toMatchObject({ from: 150, to: 90, because: ['script web down: -60'] });
    expect((await becomes(b, 'active')).reason).toBe('preempted_lower_priority');
    measured('failed script: peer active after, ms', performance.now() - failedAt);
    await a.waitFor('vip.removed', ({ reason }) => reason === 'higher_priority_heard');
    const gapMs = await prober.longestGapMs();
    measured('failed script: longest gap for a client, ms', gapMs);
    expect(gapMs).toBeLessThan(seamlessMs);
    expect(await statusOf(a)).toMatchObject([
      { priority: 90, tracked: [{ name: 'script web', state: 'down', adds: '-60' }] },
    ]);
    expect((await a.cli('status')).stdout).toMatch(/VI_1 +script web +down +-60 +exit 1/);
    await comesBack(site, [a, b], () => rmSync(flag));
  });

  it('with weight 0 keeps a router out from the start, until it succeeds', async () => {
    const flag = join(site.folder, 'up');
    const script = `
vrrp_script:
  - {name: web, script: /usr/bin/test -e ${flag}, interval: 50ms, timeout: 20s, user: root}
`;
    const a = startDirector(site.lab, site.hostA, { config: config(150, 'track_script: [web]', script) });
    expect((await becomes(a, 'fault')).reason).toBe('track_failed: script web');
    writeFileSync(flag, '');
    expect((await becomes(a, 'backup')).reason).toBe('track_recovered');
    await becomes(a, 'active');
  });

  it('that hangs, and starts others, fails at its timeout and leaves nothing behind', async () => {
    const pids = join(site.folder, 'pids');
    const hanging = join(site.folder, 'hang');
    writeFileSync(hanging, `#!/bin/sh\ntrap '' TERM\nsleep 1004711 &\necho $$ $! >> ${pids}\nwait\n`, {
      mode: 0o755,
    });
    const script = `
vrrp_script:
  - {name: hang, script: ${hanging}, interval: 100ms, timeout: 3s, user: root}
`;
    const a = startDirector(site.lab, site.hostA, { config: config(150, 'track_script: [hang]', script) });
    const changed = await a.waitFor('vrrp.track_changed');
    expect(changed).toMatchObject({ tracked: 'script hang', state: 'down' });
    expect(changed.detail).toMatch(/^no answer in 3/);
    await becomes(a, 'fault');
    // One run at a time: never a second beside one that does not end.
    const sleeps = () => readFileSync(pids, 'utf8').trim().split(/\s+/).filter(isSleep).length;
    await waitUntil(() => sleeps() > 0, { what: 'the next run' });
    expect(sleeps()).toBe(1);
    a.running.signal('SIGTERM');
    expect(await a.running.exited).toBe(0);
    await waitUntil(async () => (await run(['ip', 'netns', 'pids', site.hostA.netns])).trim() === '', {
      what: 'every process of the script is gone',
    });
  });
});

describe('a tracked interface', () => {
  it('that goes down is a fault: hand-over without a gap, and back', async () => {
    const [a, b] = await startPair(site, config(150, 'track_interface: [eth1]'), config(100, ''));
    const prober = await probed(site);
    const downAt = performance.now();
    await site.lab.carrier(site.hostA, site.outside, false);
    expect((await becomes(a, 'leaving')).reason).toBe('track_failed: interface eth1');
    expect((await becomes(b, 'active')).reason).toBe('active_resigned');
    measured('tracked interface down: peer active after, ms', performance.now() - downAt);
    await becomes(a, 'fault');
    const gapMs = await prober.longestGapMs();
    measured('tracked interface down: longest gap for a client, ms', gapMs);
    expect(gapMs).toBeLessThan(seamlessMs);
    await comesBack(site, [a, b], () => site.lab.carrier(site.hostA, site.outside, true));
  });
});

describe('a tracked file and a tracked process', () => {
  it('move the priority as soon as they change', async () => {
    const file = join(site.folder, 'number');
    const tracked = `
vrrp_track_file:
  - {name: manual, file: ${file}, weight: 2}
vrrp_track_process:
  - {name: helper, process: sleep, parameters: '4711', weight: 7, interval: 100ms}
`;
    const more = 'track_file: [manual]\n    track_process: [helper]';
    const a = startDirector(site.lab, site.hostA, { config: config(100, more, tracked) });
    await becomes(a, 'active');
    writeFileSync(file, '-20\n');
    const changedAt = performance.now();
    await a.waitFor('vrrp.priority_changed', ({ to }) => to === 60);
    measured('tracked file: priority changed after, ms', performance.now() - changedAt);
    const helper = site.hostA.start(['sleep', '4711']);
    await a.waitFor('vrrp.priority_changed', ({ to }) => to === 67);
    helper.signal('SIGKILL');
    const before = seen(a);
    await a.waitFor('vrrp.priority_changed', ({ to }) => to === 60, { after: before });
    rmSync(file);
    await a.waitFor('vrrp.priority_changed', ({ to }) => to === 100);
  });
});

describe('a tracked virtual service', () => {
  it('that loses its last server moves the role without a gap, and back', async () => {
    const nginx = () => startNginx(site.lab, site.client, { listen: ['10.9.0.3:80'], body: 'fine' });
    let server = await nginx();
    const service = `
virtual:
  - address: ${vip}:80
    servicename: shop
    checkinterval: 200ms
    checktimeout: 20s
    checktype: connect
    real: [10.9.0.3:80 gate]
`;
    const [a, b] = await startPair(site, config(150, 'track_virtual: [shop]', service), config(100, ''));
    const prober = await probed(site);
    server.signal('SIGKILL');
    const changed = await a.waitFor('vrrp.track_changed', ({ state }) => state === 'down');
    expect(changed).toMatchObject({ tracked: `virtual tcp ${vip}:80`, detail: '0 of 1 server(s) up' });
    expect((await becomes(a, 'leaving')).reason).toBe(`track_failed: virtual tcp ${vip}:80`);
    await becomes(b, 'active');
    const gapMs = await prober.longestGapMs();
    measured('lost service: longest gap for a client, ms', gapMs);
    expect(gapMs).toBeLessThan(seamlessMs);
    await comesBack(site, [a, b], async () => {
      server = await nginx();
    });
  });
});

describe.skipIf(!hasKeepalived)('a priority that falls below that of a keepalived', () => {
  it('hands over to it without a gap, and takes the role back without one', async () => {
    const file = join(site.folder, 'number');
    const tracked = `vrrp_track_file: [{name: n, file: ${file}}]`;
    const a = startDirector(site.lab, site.hostA, { config: config(150, 'track_file: [n]', tracked) });
    await a.waitFor('vip.announced');
    const text = `
global_defs { vrrp_version 3 }
vrrp_instance VI_1 {
  state BACKUP
  interface eth0
  virtual_router_id 51
  priority 100
  advert_int 0.3
  virtual_ipaddress { ${vip}/24 }
}
`;
    const keepalived = startKeepalived(site.lab, site.hostB, text);
    await keepalived.waitFor(/Entering BACKUP STATE/, { timeoutMs: 15_000 });
    let prober = await probed(site);
    writeFileSync(file, '-100');
    await a.waitFor('vip.removed', ({ reason }) => reason === 'higher_priority_heard');
    expect(await hasAddress(site.hostB, vip)).toBe(true);
    let gapMs = await prober.longestGapMs();
    measured('to keepalived by priority: longest gap for a client, ms', gapMs);
    expect(gapMs).toBeLessThan(seamlessMs);
    prober = await probed(site);
    const before = seen(a);
    rmSync(file);
    await becomes(a, 'active', before);
    await waitUntil(async () => !(await hasAddress(site.hostB, vip)), {
      what: 'keepalived gives the address up',
    });
    gapMs = await prober.longestGapMs();
    measured('back from keepalived: longest gap for a client, ms', gapMs);
    expect(gapMs).toBeLessThan(seamlessMs);
  });
});

describe('notify scripts', () => {
  it('run in order, with the words of keepalived, to the very end', async () => {
    const out = join(site.folder, 'notified');
    const script = join(site.folder, 'notify');
    writeFileSync(script, `#!/bin/sh\necho "$@" >> ${out}\n`, { mode: 0o755 });
    const more = `notify: ${script}\n    notify_master: ${script} 'to master'`;
    const a = startDirector(site.lab, site.hostA, { config: config(150, more) });
    await a.waitFor('vrrp.notified', ({ command }) => String(command).endsWith('MASTER 150'));
    a.running.signal('SIGTERM');
    expect(await a.running.exited).toBe(0);
    expect(readFileSync(out, 'utf8').trim().split('\n')).toEqual([
      'INSTANCE VI_1 BACKUP 150',
      'to master',
      'INSTANCE VI_1 MASTER 150',
      'INSTANCE VI_1 STOP 150',
    ]);
  });
});
