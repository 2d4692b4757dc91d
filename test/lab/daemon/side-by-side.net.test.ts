// The VRRP process begins while the main one still loads (cli/fork-ahead.ts): there is one of it where the file has
// virtual routers, none where it has not, and one that dies before it is needed is replaced.
import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createLab, type Host, type Lab } from '../harness/namespaces.ts';
import { waitUntil } from '../harness/process.ts';
import { startDirector } from '../harness/programs.ts';

let lab: Lab;
let host: Host;
beforeEach(async () => {
  lab = createLab();
  host = await lab.host('a');
  await lab.attach(host, await lab.lan('lan'), { addresses: ['10.9.0.1/24'] });
});
afterEach(() => lab.dispose());

const config = (tail: string) => `director: {control_socket: $CONTROL, state_dir: $STATE}\n${tail}\n`;
const router =
  'vrrp: [{name: VI_1, interface: eth0, virtual_router_id: 9, advert_int: 100ms, virtual_ipaddress: [10.9.0.9/24]}]';

/** Of all processes of this machine whose parent it is: their command lines. */
function childrenOf(parent: number): readonly { readonly pid: number; readonly words: string }[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      try {
        const [, ppid] = /^PPid:\s*(\d+)$/m.exec(readFileSync(`/proc/${name}/status`, 'utf8')) ?? [];
        if (Number(ppid) !== parent) return [];
        return [{ pid: Number(name), words: readFileSync(`/proc/${name}/cmdline`, 'utf8') }];
      } catch {
        return []; // it has ended
      }
    });
}
const vrrpProcesses = (parent: number) =>
  childrenOf(parent).filter(({ words }) => words.includes('vrrp-process'));

it('is one, begun before the file was read', async () => {
  const director = startDirector(lab, host, { config: config(router) });
  const { pid } = await director.waitFor('daemon.started');
  await director.waitFor('vrrp.transition', ({ to }) => to === 'active');
  const found = vrrpProcesses(Number(pid));
  expect(found).toHaveLength(1);
  expect(found[0]?.words).toContain('--ahead');
  const { pid: told } = await director.waitFor('vrrp.process_started');
  expect(told).toBe(found[0]?.pid);
});

it('is none where the file only seemed to have routers', async () => {
  const file = config("vrrp: []\nvirtual: [{address: '10.9.0.80:80', real: [10.9.0.1:80 gate]}]");
  const director = startDirector(lab, host, { config: file });
  const { pid } = await director.waitFor('daemon.ready').then(() => director.waitFor('daemon.started'));
  await waitUntil(() => vrrpProcesses(Number(pid)).length === 0, { what: 'no VRRP process' });
  expect(director.events().some(({ event }) => event === 'vrrp.process_lost')).toBe(false);
});

it('that begins late has heard all that it was told meanwhile', async () => {
  const director = startDirector(lab, host, { config: config(router) });
  const parent = director.running.pid;
  await waitUntil(() => vrrpProcesses(parent).length === 1, { everyMs: 1, what: 'a VRRP process' });
  const [only] = vrrpProcesses(parent);
  if (only === undefined) throw new Error('no VRRP process');
  process.kill(only.pid, 'SIGSTOP');
  await director.waitFor('daemon.started');
  // Nothing tells that the main process has said its options and its routers.
  await delay(1500);
  process.kill(only.pid, 'SIGCONT');
  await director.waitFor('vrrp.transition', ({ to }) => to === 'active');
});

it('that dies before it is needed is replaced', async () => {
  const director = startDirector(lab, host, { config: config(router) });
  const parent = director.running.pid;
  await waitUntil(() => vrrpProcesses(parent).length === 1, { everyMs: 1, what: 'a VRRP process' });
  const [first] = vrrpProcesses(parent);
  if (first === undefined) throw new Error('no VRRP process');
  process.kill(first.pid, 'SIGKILL');
  const { pid } = await director.waitFor('vrrp.process_started');
  expect(pid).not.toBe(first.pid);
  await director.waitFor('vrrp.transition', ({ to }) => to === 'active');
});
