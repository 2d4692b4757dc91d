// The real daemon against servers that answer with harmful text and with the secrets of their checks, and a file that
// names secrets in wrong places: nothing of either is in any log, answer, process or state file. The table is of no
// matter here: any kernel will do.
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { hostileConfig, hostileServices, knowsMarker, showsMarker } from '../../probes/hostile-servers.ts';
import { createLab, type Host, type Lab } from '../harness/namespaces.ts';
import { waitUntil } from '../harness/process.ts';
import { startDirector } from '../harness/programs.ts';
import { enter } from '../vrrp/inside.ts';

let lab: Lab;
let host: Host;
let leave: () => void;
beforeAll(async () => {
  lab = createLab();
  host = await lab.host('lvs1');
  leave = enter(host);
});
afterAll(async () => {
  leave?.();
  await lab?.dispose();
});

/** Of those that know the marker one in four, which has every place and every spelling in it. */
const services = hostileServices.filter(knowsMarker).filter((_, index) => index % 4 === 0);
const password = 'Mk7RhQ2z';
const headOf = (format: 'json' | 'text') => `
director: {control_socket: $CONTROL, state_dir: $STATE}
log: {format: ${format}}
checkinterval: 2
negotiatetimeout: 10
vrrp:
  - {name: VI_1, interface: lo, virtual_router_id: 5, version: 2, auth_pass: ${password}, virtual_ipaddress: [10.9.9.9/32]}
`;
const harmful = /[\p{C}\p{Zl}\p{Zp}\p{DI}]/u;

it('nothing harmful and no secret leaves the daemon, whatever servers answer and files say', async () => {
  const good = await hostileConfig(services, headOf('text'));
  const director = startDirector(lab, host, { config: good });
  const log = () => director.running.lines();
  const told = (): number =>
    new Set(
      log().flatMap((line) => / real\.(?:up|down|failing|unchecked): .*? of (\S+ \S+)/.exec(line)?.[1] ?? []),
    ).size;
  await waitUntil(() => told() >= services.length, { what: 'a word on each service', timeoutMs: 120_000 });
  const outputs = [
    ...(await Promise.all(
      [
        ['status'],
        ['status', '--json'],
        ['why', '127.0.0.1'],
        ['why', '127.0.0.1', '--json'],
        ['why', 'VI_1'],
      ].map(async ([command = '', ...options]) => director.cli(command, ...options)),
    )),
    ...(await Promise.all(
      [['check'], ['check', '--json'], ['plan']].map(([command = '', ...options]) =>
        director.cli(command, '-c', director.configFile, ...options),
      ),
    ).catch(() => [])),
  ];
  for (const pid of processesOf(director.running.pid)) {
    outputs.push({ status: 0, stdout: seen(pid), stderr: '' });
  }
  for (const bad of [
    `  - passwd: ${password}: x\n`,
    `  - passwd: "${password}\n`,
    `passwd: {${password}: a}\n`,
  ]) {
    director.writeConfig(`${good}${bad}`);
    outputs.push(await director.cli('reload'));
    expect(outputs.at(-1)?.status).toBe(2);
  }
  director.writeConfig(good.replace('format: text', 'format: json'));
  outputs.push(await director.cli('reload'));
  await director.waitFor('daemon.reloaded');
  const lines = log();
  expect(lines.filter((line) => line.includes('daemon.reload_rejected')).length).toBe(3);
  for (const { stdout, stderr } of outputs) {
    expect(stdout + stderr).not.toMatch(showsMarker);
    expect((stdout + stderr).replaceAll('\n', '')).not.toMatch(harmful);
  }
  for (const line of lines) {
    expect(line).not.toMatch(showsMarker);
    expect(line).not.toMatch(harmful);
    // Only lines of ours: none is forged.
    expect(line).toMatch(/^(?:<\d>)?(?:\{"|\d{4}-\d\d-\d\dT\S+ (?:ERROR|WARN |INFO |DEBUG) [a-z_.]+: )/);
    expect(line).not.toMatch(/^\S+ INFO {2}real\.up: forged/);
  }
  const state = join(director.configFile, '..', 'state');
  for (const file of readdirSync(state, { recursive: true, encoding: 'utf8' })) {
    const found = statSync(join(state, file));
    if (found.isFile()) expect(readFileSync(join(state, file), 'utf8')).not.toMatch(showsMarker);
    expect(found.mode & 0o002, file).toBe(0);
  }
  await director.running.stop(20_000);
});

/** The daemon and what it has started. */
function processesOf(pid: number): readonly number[] {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ');
  return [pid, ...children.filter((child) => child !== '').map(Number)];
}

/** What anybody may read of a process, and its environment. */
const seen = (pid: number): string =>
  ['cmdline', 'environ']
    .map((name) => readFileSync(`/proc/${pid}/${name}`, 'utf8').replaceAll('\0', ' '))
    .join(' ');
