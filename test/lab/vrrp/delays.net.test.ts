// Delays under the real daemon: a start that waits, and a switch port that comes up and does not forward yet, with a
// director of ours and with keepalived as the peer that has the addresses meanwhile.
import { spawnSync } from 'node:child_process';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { hostOn } from '../harness/host-on.ts';
import { createLab, type Host, type Lab, type Lan } from '../harness/namespaces.ts';
import { run, waitUntil } from '../harness/process.ts';
import { type Director, type LoggedEvent, startDirector, startKeepalived } from '../harness/programs.ts';
import { routerConfig } from './router-config.ts';

const hasKeepalived = spawnSync('keepalived', ['--version'], { stdio: 'ignore' }).status === 0;
const patient = { timeoutMs: 60_000 };

let lab: Lab;
let lan: Lan;
let hostA: Host;
let hostB: Host;

beforeEach(async () => {
  lab = createLab();
  lan = await lab.lan('lan');
  hostA = await hostOn(lab, lan, 'a', '10.9.0.1/24');
  hostB = await hostOn(lab, lan, 'b', '10.9.0.2/24');
});
afterEach(() => lab?.dispose());

const config = (priority: number, beside = '') => routerConfig(priority, '10.9.0.100/24', '', beside);
const timeOf = (event: LoggedEvent) => Date.parse(String(event.timestamp));
const transitionsOf = (director: Director, after: number) =>
  director
    .events()
    .slice(after)
    .filter(({ event }) => event === 'vrrp.transition')
    .map(({ to, reason }) => `${to} ${reason}`);

/** Whether the bridge forwards what comes from that host, and to it: 0 is disabled, 3 forwarding (bridge(8)). */
const forwards = (host: Host, state: 0 | 3) =>
  run(['bridge', '-n', lan.netns, 'link', 'set', 'dev', host.name, 'state', `${state}`]);

describe('a director with a start_delay', () => {
  it('lets the lower one be active for that long, and then takes over', async () => {
    const a = startDirector(lab, hostA, { config: config(150, 'vrrp_process: {start_delay: 15s}') });
    const delayed = await a.waitFor('vrrp.start_delayed', () => true, patient);
    const b = startDirector(lab, hostB, { config: config(100) });
    await b.waitFor('vrrp.transition', ({ to }) => to === 'active', patient);
    const begun = await a.waitFor('vrrp.transition', ({ reason }) => reason === 'startup', patient);
    // Either is stamped by the main process, when it hears of it.
    expect(timeOf(begun) - timeOf(delayed)).toBeGreaterThanOrEqual(Number(delayed.delay_ms) - 1000);
    await a.waitFor('vrrp.transition', ({ to }) => to === 'active', patient);
  });
});

/** The link of a breaks and comes back, and the port forwards a second later. */
async function flap(a: Director): Promise<number> {
  await lab.carrier(hostA, lan, false);
  await a.waitFor('vrrp.transition', ({ to }) => to === 'fault', patient);
  const after = a.events().length;
  await lab.carrier(hostA, lan, true);
  await forwards(hostA, 0);
  setTimeout(() => void forwards(hostA, 3), 1000);
  await a.waitFor('vrrp.transition', ({ to }) => to === 'active', {
    ...patient,
    after: a.running.lineCount(),
  });
  return after;
}

describe('a port that comes up and does not forward yet', () => {
  const upDelay = 'vrrp_interface: [{name: eth0, up_delay: 4s}]';

  it('with an up_delay: a waits, hears b, and preempts it in order', async () => {
    const a = startDirector(lab, hostA, { config: config(150, upDelay) });
    await a.waitFor('vip.announced', () => true, patient);
    const b = startDirector(lab, hostB, { config: config(100) });
    await b.waitFor('vrrp.transition', ({ to }) => to === 'backup', patient);
    const after = await flap(a);
    expect(transitionsOf(a, after)).toEqual(['backup link_up', 'active preempted_lower_priority']);
  });

  it.skipIf(!hasKeepalived)('with keepalived as the other: the same', async () => {
    const a = startDirector(lab, hostA, { config: config(150, upDelay) });
    await a.waitFor('vip.announced', () => true, patient);
    const keepalived = startKeepalived(
      lab,
      hostB,
      `global_defs {
  vrrp_version 3
}
vrrp_instance VI_1 {
  interface eth0
  state BACKUP
  virtual_router_id 51
  priority 100
  advert_int 0.3
  virtual_ipaddress { 10.9.0.100/24
  }
}
`,
    );
    await keepalived.waitFor(/Entering BACKUP STATE/, patient);
    const after = await flap(a);
    expect(transitionsOf(a, after)).toEqual(['backup link_up', 'active preempted_lower_priority']);
    await waitUntil(
      async () => !(await hostB.run('ip', 'address', 'show', 'dev', 'eth0')).includes('10.9.0.100/'),
      { what: 'keepalived gives the address up', ...patient },
    );
  });
});
