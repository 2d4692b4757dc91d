// Of several daemons that start at once with one control socket, or one state_dir, one lives; the others say why, and
// touch nothing.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createLab, type Host, type Lab } from '../harness/namespaces.ts';
import type { Running } from '../harness/process.ts';
import { daemonMain } from '../harness/programs.ts';

let lab: Lab;
let host: Host;
let folder: string;
beforeEach(async () => {
  lab = createLab();
  host = await lab.host('a');
  await lab.attach(host, await lab.lan('lan'), { addresses: ['10.9.0.1/24'] });
  folder = lab.directory('a');
});
afterEach(() => lab.dispose());

function startAt(number: number, socket: string, state: string): Running {
  const file = join(folder, `${number}.yaml`);
  writeFileSync(
    file,
    `director: {control_socket: ${join(folder, socket)}, state_dir: ${join(folder, state)}}
vrrp: [{name: VI_${number}, interface: eth0, virtual_router_id: ${10 + number}, advert_int: 100ms, virtual_ipaddress: [10.9.0.${100 + number}/32]}]
`,
  );
  return host.start([process.execPath, daemonMain, 'run', '-c', file]);
}

const said = (running: Running) => running.lines().join('\n');

/**
 * One of them is up, the others have ended by themselves with 1. The number of one that has only just claimed its place
 * may not be known yet. @returns the one.
 */
async function expectOne(all: readonly Running[], why: RegExp): Promise<Running> {
  const first = await Promise.race(
    all
      .map(async (each) => {
        await each.waitFor(/"daemon.ready"/, { timeoutMs: 60_000 });
        return each;
      })
      .map((each) => each.catch(() => new Promise<never>(() => {}))),
  );
  for (const other of all) {
    if (other === first) continue;
    expect(await other.exited).toBe(1);
    expect(said(other)).toMatch(why);
    expect(said(other)).not.toMatch(/"event":"(?:vrrp|vip|ipvs)\./);
  }
  expect(first.ended()).toBe(false);
  await first.waitFor(/"to":"active"/, { timeoutMs: 30_000 });
  const held = [...(await host.run('ip', '-br', 'addr', 'show', 'dev', 'eth0')).matchAll(/10\.9\.0\.1\d\d/g)];
  expect(held).toHaveLength(1);
  return first;
}

describe('several daemons that start at once', () => {
  it('with one control socket: one lives, round by round, also over what a killed one left', async () => {
    for (let round = 0; round < 3; round += 1) {
      const all = [0, 1, 2, 3].map((number) => startAt(number, 'control', `state${number}`));
      const one = await expectOne(
        all,
        /expected one daemon a control socket, got one that is running(?: \(pid \d+\))?/,
      );
      if (round === 1) one.signalAll('SIGKILL');
      else await one.stop(20_000);
      await one.exited;
      await host
        .run('ip', 'addr', 'flush', 'dev', 'eth0', 'scope', 'global', 'to', '10.9.0.100/29')
        .catch(() => '');
    }
  });

  it('with one state_dir and a control socket each: one lives', async () => {
    const all = [0, 1, 2].map((number) => startAt(number, `control${number}`, 'state'));
    await expectOne(all, /expected one daemon a state_dir, got one that is running(?: \(pid \d+\))?/);
  });
});

describe('a control_socket that names what is no socket', () => {
  it('is left as it is, and the daemon does not start', async () => {
    const file = join(folder, 'control');
    writeFileSync(file, 'precious');
    const running = startAt(0, 'control', 'state');
    expect(await running.exited).toBe(1);
    expect(said(running)).toContain(`Cannot listen on ${file}: expected nothing there, or a socket`);
    expect(await host.run('cat', file)).toBe('precious');
  });
});
