// A restart that the service manager asks for, which a program that answers as systemctl(1) does stands for here: the
// address of a director without a peer is never missed, whatever the file says by then. With a real systemd, and with
// the table: test/lab/systemd.
import { chmodSync, existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { hostOn } from '../harness/host-on.ts';
import { createLab, type Host, type Lab } from '../harness/namespaces.ts';
import { waitUntil } from '../harness/process.ts';
import { type Director, startDirector } from '../harness/programs.ts';
import { probe, seamlessMs } from './prober.ts';
import { routerConfig, withAdverts } from './router-config.ts';
import { hasAddress, measured } from './station.ts';

const vip = '10.9.0.100';
const config = (priority: number) => withAdverts(routerConfig(priority, `${vip}/24`), '1s');
let lab: Lab;
let client: Host;
let host: Host;
let folder: string;

beforeEach(async () => {
  lab = createLab();
  const lan = await lab.lan('lan');
  client = await hostOn(lab, lan, 'c', '10.9.0.3/24');
  host = await hostOn(lab, lan, 'a', '10.9.0.1/24');
  folder = lab.directory('manager');
});
afterEach(() => lab?.dispose());

function jobIs(type: string): void {
  writeFileSync(join(folder, 'systemctl'), `#!/bin/sh\necho "7 lvs-director.service ${type} running"\n`);
  chmodSync(join(folder, 'systemctl'), 0o755);
}

function start(text: string, again?: Director): Director {
  const environment = [
    ...['env', `PATH=${folder}:${process.env.PATH}`, `STATE_DIRECTORY=${join(folder, 'state')}`],
    'LVS_DIRECTOR_UNIT=lvs-director.service',
  ];
  return startDirector(lab, host, { config: text, prefix: environment, ...(again && { again }) });
}

async function probed() {
  const prober = probe(lab, client, vip);
  await waitUntil(() => prober.answers() > 300, { what: 'the client reaches the address' });
  return prober;
}

it('keeps the address of a lone director, and of one with a bad file by then', async () => {
  jobIs('restart');
  const first = start(config(255));
  await first.waitFor('vip.announced');
  await first.waitFor('daemon.ready');
  const prober = await probed();
  first.running.signal('SIGTERM');
  expect(await first.running.exited).toBe(0);
  expect(first.events().find(({ event }) => event === 'daemon.stopping')).toMatchObject({ restarts: true });
  expect(await hasAddress(host, vip)).toBe(true);

  const second = start(config(150), first);
  await second.waitFor('vrrp.transition', ({ reason }) => reason === 'no_successor', { timeoutMs: 60_000 });
  second.running.signal('SIGTERM');
  expect(await second.running.exited).toBe(0);

  for (const bad of ['vrrp: [', '']) {
    const third = start(bad, second);
    const rejected = await third.waitFor('daemon.config_rejected', () => true, { timeoutMs: 60_000 });
    expect(rejected.problems).toHaveLength(1);
    await third.waitFor('vrrp.transition', ({ reason }) => reason === 'no_successor', { timeoutMs: 60_000 });
    third.running.signal('SIGTERM');
    expect(await third.running.exited).toBe(0);
  }
  const gapMs = await prober.longestGapMs();
  measured('four restarts of a lone director: longest gap for a client, ms', gapMs);
  expect(gapMs).toBeLessThan(seamlessMs);
});

it('is a stop where the manager wants one: nothing is kept, and a bad file is refused afterwards', async () => {
  jobIs('stop');
  const first = start(config(255));
  await first.waitFor('vip.announced');
  await first.waitFor('daemon.ready');
  expect(existsSync(join(folder, 'state'))).toBe(true);
  expect(readdirSync(join(folder, 'state')).length).toBe(1);
  first.running.signal('SIGTERM');
  expect(await first.running.exited).toBe(0);
  expect(await hasAddress(host, vip)).toBe(false);
  expect(readdirSync(join(folder, 'state'))).toEqual([]);
  expect(await start('vrrp: [', first).running.exited).toBe(2);
});
