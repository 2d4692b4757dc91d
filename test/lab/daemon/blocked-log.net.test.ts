// Whoever reads the log stops reading: the daemon goes on as before, and what could not be written is counted where it
// is missing. Its output is a pipe here, as under systemd it is a socket.
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { askControlSocket } from '../../../src/system/sockets/ask-control-socket.ts';
import { createLab, type Host, type Lab } from '../harness/namespaces.ts';
import { waitUntil } from '../harness/process.ts';
import { daemonMain } from '../harness/programs.ts';

let lab: Lab;
let host: Host;
let folder: string;
let daemon: ChildProcess;

/** Each reload warns of every service, up to the bound of 100 warnings and a word about the rest. */
const services = 300;
const warnings = 101;
const rounds = 20;
const config = () => `
director: {control_socket: ${folder}/control, state_dir: ${folder}/state}
vrrp: [{name: VI_1, interface: eth0, virtual_router_id: 9, advert_int: 100ms, virtual_ipaddress: [10.9.0.9/24]}]
virtual:
${Array.from({ length: services }, (_, at) => `  - {address: "10.9.9.9:${at + 1}", checktype: "on", netmask: 24, real: ["10.9.0.3:${at + 1} gate"]}`).join('\n')}
`;

beforeEach(async () => {
  lab = createLab();
  host = await lab.host('a');
  await lab.attach(host, await lab.lan('lan'), { addresses: ['10.9.0.1/24'] });
  folder = lab.directory('a');
  mkdirSync(join(folder, 'state'));
  // Each warning names the file twice: a long name makes a long log.
  const long = join(folder, 'x'.repeat(200), 'y'.repeat(200));
  mkdirSync(long, { recursive: true });
  writeFileSync(join(long, 'a.yaml'), config());
  const command = [process.execPath, daemonMain, 'run', '-c', join(long, 'a.yaml')];
  daemon = spawn('ip', ['netns', 'exec', host.netns, ...command], { stdio: ['ignore', 'pipe', 'inherit'] });
  await waitUntil(async () => (await state()) === 'active', { what: 'the role', timeoutMs: 20_000 });
});
afterEach(async () => {
  daemon.kill('SIGKILL');
  await lab.dispose();
});

const ask = async (method: 'GET' | 'POST', target: string) => {
  const answer = await askControlSocket(join(folder, 'control'), method, target);
  return answer.ok ? answer.value : undefined;
};

async function state(): Promise<string | undefined> {
  const status = (await ask('GET', '/status'))?.body as
    | { readonly vrrp: readonly { readonly phase: string }[] }
    | undefined;
  return status?.vrrp[0]?.phase;
}

type Line = { readonly event: string; readonly lines?: number; readonly to?: string };

/** Begins to read. @returns every line of the log so far. */
function read(): () => readonly Line[] {
  let text = '';
  daemon.stdout?.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk;
  });
  return () =>
    text
      .split('\n')
      .slice(0, -1)
      .map((line) => JSON.parse(line) as Line);
}

/** More than the pipe and the queue hold: about 100 KB of warnings each time. */
async function sayMuch(): Promise<void> {
  for (let round = 0; round < rounds; round++) {
    expect((await ask('POST', '/reload'))?.status).toBe(200);
  }
}

const exited = () => new Promise((resolve) => daemon.once('exit', (code) => resolve(code)));

describe('a log that nobody reads', () => {
  it('holds nothing up, and tells what was lost when somebody reads again', async () => {
    await sayMuch();
    await delay(6000); // longer than the VRRP process lets the main process be silent
    expect(await state()).toBe('active');
    const lines = read();
    const count = (event: string) => lines().filter((line) => line.event === event).length;
    await waitUntil(() => count('log.lost') === 1, { what: 'the gap is told' });
    expect((await ask('POST', '/reload'))?.status).toBe(200);
    await waitUntil(() => lines().at(-1)?.event === 'daemon.reloaded', { what: 'the last line' });
    const lost = lines().find(({ event }) => event === 'log.lost')?.lines ?? 0;
    expect(lost).toBeGreaterThan(100);
    // At the start, at each round, and at the reload behind them; what is lost is that, and what little else was said.
    const said =
      lost + count('config.warning') + count('daemon.reloaded') - ((rounds + 2) * warnings + rounds + 1);
    expect(said).toBeGreaterThanOrEqual(0);
    expect(said).toBeLessThan(5);
    expect(
      lines()
        .filter(({ event }) => event === 'vrrp.transition')
        .map(({ to }) => to),
    ).toEqual(['backup', 'active']);
    expect(count('vrrp.process_lost')).toBe(0);
  });

  it('does not keep the daemon from ending', async () => {
    await sayMuch();
    const ended = exited();
    process.kill(daemon.pid ?? 0, 'SIGTERM');
    expect(await ended).toBe(0);
  });

  it('that is read again while the daemon ends has its last lines', async () => {
    const ended = exited();
    process.kill(daemon.pid ?? 0, 'SIGTERM');
    await delay(300);
    const lines = read();
    expect(await ended).toBe(0);
    await waitUntil(() => lines().at(-1)?.event === 'daemon.stopped', { what: 'the last line' });
  });
});

describe('a log whose reader is gone', () => {
  it('holds nothing up either', async () => {
    daemon.stdout?.destroy();
    await sayMuch();
    expect(await state()).toBe('active');
    const ended = exited();
    process.kill(daemon.pid ?? 0, 'SIGTERM');
    expect(await ended).toBe(0);
  });
});
