// Signals at every moment from exec on. Node itself takes some tens of milliseconds until the first statement of a
// program runs, and resets what its parent has set: until then the kernel's own way ends the process, and nothing was
// touched. From the first statement on every signal does what it does later.
import { spawn } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createLab, type Host, type Lab } from '../harness/namespaces.ts';
import { waitUntil } from '../harness/process.ts';
import { daemonMain } from '../harness/programs.ts';

let lab: Lab;
let host: Host;
let folder: string;
beforeEach(async () => {
  lab = createLab();
  host = await lab.host('a');
  await lab.attach(host, await lab.lan('lan'), { addresses: ['10.9.0.1/24'] });
  folder = lab.directory('a');
  writeFileSync(
    join(folder, 'a.yaml'),
    `director: {control_socket: ${folder}/control, state_dir: ${folder}/state}
vrrp: [{name: VI_1, interface: eth0, virtual_router_id: 9, advert_int: 100ms, virtual_ipaddress: [10.9.0.9/24]}]
`,
  );
});
afterEach(() => lab.dispose());

function startDaemon() {
  const command = [process.execPath, daemonMain, 'run', '-c', join(folder, 'a.yaml')];
  const child = spawn('ip', ['netns', 'exec', host.netns, ...command], { stdio: ['ignore', 'pipe', 'pipe'] });
  let text = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (piece: string) => (text += piece));
  const ended = new Promise<string>((resolve) =>
    child.once('close', (code, signal) => resolve(signal ?? `${code}`)),
  );
  return { child, said: () => text, ended, pid: child.pid ?? 0 };
}

/** Whether the first statement has run: SIGHUP is caught (SigCgt of proc(5)). SIGTERM is Node's own before. */
function hasBegun(pid: number): boolean {
  const [, mask = '0'] = /^SigCgt:\s*([0-9a-f]+)/m.exec(readFileSync(`/proc/${pid}/status`, 'latin1')) ?? [];
  return (BigInt(`0x${mask}`) & 1n) !== 0n;
}
const begun = (pid: number) =>
  waitUntil(() => hasBegun(pid), { what: 'the first statement', everyMs: 1, timeoutMs: 60_000 });

/** From the first moment on to that of a director that is long up. */
const spread = [0, 1, 5, 20, 50, 100, 200, 300, 500, 800, 1500];

describe('a SIGTERM', () => {
  it.each(spread)('%d ms after the first statement ends the daemon in order', async (ms) => {
    const { pid, said, ended } = startDaemon();
    await begun(pid);
    await delay(ms);
    process.kill(pid, 'SIGTERM');
    expect(await ended).toBe('0');
    const lines = said().trim().split('\n');
    const events = lines.map((line) => (JSON.parse(line) as { readonly event: string }).event);
    expect(['daemon.started', 'daemon.stopping']).toContain(events[0]);
    expect(events).toContain('daemon.stopping');
    expect(events.at(-1)).toBe('daemon.stopped');
    expect(await host.run('ip', '-br', 'addr', 'show', 'dev', 'eth0')).not.toContain('10.9.0.9');
  });

  it.each([0, 5, 10, 20, 30, 40, 60])(
    '%d ms after exec ends it, in order or before it did anything',
    async (ms) => {
      const { pid, said, ended } = startDaemon();
      await delay(ms);
      process.kill(pid, 'SIGTERM');
      const how = await ended;
      if (how === 'SIGTERM') expect(said()).toBe('');
      else expect([how, said()]).toEqual(['0', expect.stringContaining('daemon.stopped')]);
    },
  );
});

describe('a SIGHUP', () => {
  it.each([0, 20, 100, 300])('%d ms after the first statement is a reload after the start', async (ms) => {
    const { pid, said, ended } = startDaemon();
    await begun(pid);
    await delay(ms);
    process.kill(pid, 'SIGHUP');
    await waitUntil(() => said().includes('"daemon.reloaded"'), { what: 'the reload', timeoutMs: 60_000 });
    expect(said().indexOf('"daemon.ready"')).toBeLessThan(said().indexOf('"daemon.reloaded"'));
    process.kill(pid, 'SIGTERM');
    // While it ends as well.
    for (let count = 0; count < 20; count += 1) {
      try {
        process.kill(pid, 'SIGHUP');
      } catch {
        break;
      }
      await delay(20);
    }
    expect(await ended).toBe('0');
  });
});

describe('a signal that means nothing to it', () => {
  it.each(['SIGUSR1', 'SIGUSR2', 'SIGXFSZ', 'SIGPIPE'] as const)(
    '(%s) changes nothing, in either process',
    async (signal) => {
      const { pid, said, ended } = startDaemon();
      await waitUntil(() => said().includes('"to":"active"'), { what: 'the role', timeoutMs: 60_000 });
      const [, vrrp = '0'] = /"event":"vrrp.process_started"[^\n]*?"pid":(\d+)/.exec(said()) ?? [];
      for (const each of [pid, Number(vrrp)]) process.kill(each, signal);
      await delay(300);
      expect(said()).not.toMatch(/process_lost|supervisor_lost|stopping|fault|Debugger/);
      process.kill(pid, 'SIGTERM');
      expect(await ended).toBe('0');
    },
  );
});
