// Virtual routers without an address, which only elect: keepalived runs a file of version 2, our daemon what `convert`
// makes of it, in both roles. Whoever is active has the routes; and both adverts are the same bytes.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { hostOn } from '../harness/host-on.ts';
import { createLab, type Host, type Lab } from '../harness/namespaces.ts';
import { waitUntil } from '../harness/process.ts';
import { type Director, daemonMain, startDirector, startKeepalived } from '../harness/programs.ts';

let lab: Lab;
let peer: Host;
let host: Host;

beforeEach(async () => {
  lab = createLab();
  const lan = await lab.lan('lan');
  peer = await hostOn(lab, lan, 'k', '10.9.0.2/24');
  host = await hostOn(lab, lan, 'a', '10.9.0.1/24');
});
afterEach(() => lab?.dispose());

const file = (priority: number) => `
vrrp_instance VI_1 {
  state BACKUP
  interface eth0
  virtual_router_id 51
  priority ${priority}
  virtual_routes {
    10.77.0.0/16 via 10.9.0.3
  }
}
`;

async function startOurs(priority: number): Promise<Director> {
  const path = join(lab.directory(`converted${priority}`), 'keepalived.conf');
  writeFileSync(path, file(priority));
  const converted = await host.run(process.execPath, daemonMain, 'convert', '--strict', path);
  const director = startDirector(lab, host, {
    config: `director: {control_socket: $CONTROL, state_dir: $STATE}\n${converted}`,
  });
  await director.waitFor('daemon.ready');
  return director;
}

const hasRoute = async (on: Host) => (await on.run('ip', 'route')).includes('10.77.0.0/16 via 10.9.0.3');
const becomes = (director: Director, phase: string, after = 0) =>
  director.waitFor('vrrp.transition', ({ to }) => to === phase, { after });
const timeoutMs = 15_000;
const becomesTrue = (what: string, test: () => Promise<boolean>) => waitUntil(test, { what, timeoutMs });

/** The VRRP message of the next advert that comes from there. */
async function advertFrom(address: string): Promise<string> {
  const words = ['-l', '-n', '-c', '1', '-x', '-i', 'eth0', `vrrp and src host ${address}`];
  const text = await host.run('tcpdump', ...words);
  const hex = text
    .split('\n')
    .flatMap((line) => /^\s+0x[\da-f]+:\s+(.*)$/.exec(line)?.[1] ?? [])
    .join('')
    .replaceAll(' ', '');
  return hex.slice(40, 40 + 32);
}

describe('routers without an address', () => {
  it('hear a keepalived that has none, and take over when it goes', async () => {
    const keepalived = startKeepalived(lab, peer, file(150));
    await keepalived.waitFor(/Entering MASTER STATE/, { timeoutMs });
    const ours = await startOurs(100);
    const theirs = await advertFrom('10.9.0.2');
    expect(theirs).toMatch(/^21339600/);
    // Four adverts that say nothing odd.
    for (let i = 0; i < 4; i += 1) await advertFrom('10.9.0.2');
    expect(ours.events().filter(({ event }) => event.startsWith('vrrp.advert'))).toEqual([]);
    expect(await hasRoute(host)).toBe(false);
    await keepalived.stop();
    await becomes(ours, 'active');
    await becomesTrue('the route is ours', () => hasRoute(host));

    const seen = ours.running.lines().length;
    const again = startKeepalived(lab, peer, file(150));
    await becomes(ours, 'backup', seen);
    await again.waitFor(/Entering MASTER STATE/, { timeoutMs });
    await becomesTrue('the route is gone here', async () => !(await hasRoute(host)));
    await becomesTrue('the route is there', () => hasRoute(peer));
  });

  it('are heard by a keepalived that has none: the same bytes; a stop hands over', async () => {
    const ours = await startOurs(150);
    await becomes(ours, 'active');
    const own = await advertFrom('10.9.0.1');
    const keepalived = startKeepalived(lab, peer, file(100));
    await keepalived.waitFor(/Entering BACKUP STATE/, { timeoutMs });
    for (let i = 0; i < 4; i += 1) await advertFrom('10.9.0.1');
    expect(keepalived.lines().filter((line) => /MASTER STATE|mismatch|incorrect/i.test(line))).toEqual([]);
    ours.running.signal('SIGTERM');
    expect(await ours.running.exited).toBe(0);
    expect(await hasRoute(host)).toBe(false);
    await keepalived.waitFor(/Entering MASTER STATE/, { timeoutMs });
    await keepalived.stop();
    const same = startKeepalived(lab, peer, file(150));
    await same.waitFor(/Entering MASTER STATE/, { timeoutMs });
    expect(await advertFrom('10.9.0.2')).toBe(own);
  });

  it('that are killed and started again keep their routes, alone or until the other one has them', async () => {
    const ours = await startOurs(150);
    await becomes(ours, 'active');
    await becomesTrue('the route is ours', () => hasRoute(host));
    await ours.host.killAll();
    await ours.running.exited;
    const watch = host.start(['ip', 'monitor', 'route']);
    const again = startDirector(lab, host, { config: readFileSync(ours.configFile, 'utf8'), again: ours });
    await again.waitFor('vrrp.transition', ({ reason }) => reason === 'addresses_found', {
      timeoutMs: 60_000,
    });
    await again.waitFor('vrrp.transition', ({ reason }) => reason === 'no_successor', { timeoutMs: 60_000 });
    expect(await hasRoute(host)).toBe(true);
    expect(watch.lines().filter((line) => line.includes('10.77.0.0/16'))).toEqual([]);
  });
});
