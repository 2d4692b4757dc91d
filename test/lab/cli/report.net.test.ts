// What `events` and `report` say of a pair: after a hand-over that was asked for, a director that was killed with both of its
// processes, one whose main process was killed, a server that flaps, drift and reloads; compared with what happened and
// with what a client felt. The past is there after every restart.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Report } from '../../../src/explain/report/report.ts';
import type { EventRecord } from '../../../src/journal/record.ts';
import { hostOn } from '../harness/host-on.ts';
import { createLab, type Host, type Lab } from '../harness/namespaces.ts';
import { type Running, waitUntil } from '../harness/process.ts';
import { type Director, daemonMain, startDirector, startNginx } from '../harness/programs.ts';
import { probe, seamlessMs } from '../vrrp/prober.ts';
import { routerConfig } from '../vrrp/router-config.ts';
import { measured } from '../vrrp/station.ts';

const vip = '10.9.0.100';
const real = '10.9.0.4:80';
const web = `
log: {file: $STATE/log.json}
checkinterval: 1
virtual:
  - {address: "${vip}:80", service: http, checktype: connect, fall: 1, real: ["${real} gate"]}
`;
const configOf = (priority: number) => routerConfig(priority, `${vip}/24`, 'preempt: no', web);

let lab: Lab;
let client: Host;
let server: Host;
let a: Director;
let b: Director;
let follower: Running;
/** What a client felt of each. */
let askedGapMs: number;
let killedGapMs: number;
let linkGapMs: number;

const logOf = (director: Director) => join(director.configFile, '..', 'state', 'log.json');
const jsonOf = async <T>(director: Director, ...command: [string, ...string[]]): Promise<T> =>
  JSON.parse((await director.cli(...command, '--json')).stdout) as T;
const eventsOf = async (director: Director, ...options: string[]): Promise<readonly EventRecord[]> =>
  (await director.cli('events', '--json', ...options)).stdout
    .split('\n')
    .flatMap((line) => (line === '' ? [] : [JSON.parse(line) as EventRecord]));
const reportOfFiles = (...files: readonly string[]) =>
  jsonOf<Report>(a, 'report', ...files.flatMap((file) => ['--file', file]));

/** As an administrator brings what both keep together. */
async function keptBy(director: Director): Promise<string> {
  const file = join(director.configFile, '..', 'kept.json');
  writeFileSync(file, (await director.cli('events', '--json')).stdout);
  return file;
}

async function gapOf(act: () => Promise<void>): Promise<number> {
  const prober = probe(lab, client, vip);
  await waitUntil(() => prober.answers() > 100, { what: 'the client reaches the address' });
  await act();
  const before = prober.answers();
  await waitUntil(() => prober.answers() > before + 100, { what: 'the client is answered' });
  return prober.longestGapMs();
}

async function flap(): Promise<void> {
  for (let fall = 0; fall < 3; fall += 1) {
    const nginx = await startNginx(lab, server, { listen: ['80'], body: 'x' });
    const seen = { after: a.running.lines().length };
    await a.waitFor('real.up', () => true, fall === 0 ? {} : seen);
    const up = { after: a.running.lines().length };
    nginx.signalAll('SIGKILL');
    await nginx.exited;
    await a.waitFor('real.down', () => true, up);
  }
}

async function reloads(): Promise<void> {
  expect((await a.cli('reload')).stdout).toBe('reloaded\n');
  a.writeConfig('virtual: 7\n');
  await a.cli('reload');
  a.writeConfig(configOf(150));
  expect((await a.cli('reload')).stdout).toBe('reloaded\n');
}

/** On its disk, where a kill cannot reach it. */
const isKept = (director: Director, text: string) =>
  waitUntil(
    () =>
      readFileSync(join(director.configFile, '..', 'state', 'events', 'routers-0.json'), 'utf8').includes(
        text,
      ),
    {
      what: `${director.name} has kept ${text}`,
    },
  );

/** By what ping says of the time of each answer. */
async function pingedGapOf(act: () => Promise<void>): Promise<number> {
  const ping = client.start(['ping', '-D', '-n', '-i', '0.01', vip]);
  const times = () =>
    ping.lines().flatMap((line) => {
      const time = /^\[(\d+\.\d+)\] \d+ bytes/.exec(line)?.[1];
      return time === undefined ? [] : [Number(time)];
    });
  const answered = async () => {
    const before = times().length;
    await waitUntil(() => times().length > before + 50, { what: 'ping is answered' });
  };
  await answered();
  await act();
  await answered();
  ping.signalAll('SIGKILL');
  await ping.exited;
  return 1000 * Math.max(...times().map((time, index, all) => time - (all[index - 1] ?? time)));
}

const activeOn = (director: Director, after = 0) =>
  director.waitFor('vrrp.transition', ({ to }) => to === 'active', { after });

beforeAll(async () => {
  lab = createLab();
  const lan = await lab.lan('lan');
  client = await hostOn(lab, lan, 'c', '10.9.0.3/24');
  server = await hostOn(lab, lan, 's', '10.9.0.4/24');
  a = startDirector(lab, await hostOn(lab, lan, 'a', '10.9.0.1/24'), { config: configOf(150) });
  await a.waitFor('vip.announced');
  b = startDirector(lab, await hostOn(lab, lan, 'b', '10.9.0.2/24'), { config: configOf(100) });
  await b.waitFor('daemon.ready');
  const follow = [daemonMain, 'events', '--follow', '--json', '--about', 'VI_1', '--socket', b.controlSocket];
  follower = client.start([process.execPath, ...follow]);
  await flap();
  await a.host.run('ip', 'address', 'delete', `${vip}/24`, 'dev', 'eth0');
  await a.waitFor('vip.restored');
  await reloads();
  await waitUntil(async () => (await b.cli('why', 'VI_1')).stdout.includes('10.9.0.1'), {
    what: 'b hears a',
  });
  askedGapMs = await gapOf(async () => {
    await a.cli('failover');
    await activeOn(b);
    await a.waitFor('vip.removed');
  });
  await isKept(b, '"to":"active"');
  killedGapMs = await gapOf(async () => {
    const seen = a.running.lines().length;
    await b.host.killAll();
    await activeOn(a, seen);
  });
  await b.running.exited;
  b = startDirector(lab, b.host, { config: configOf(100), again: b });
  await waitUntil(async () => (await b.cli('why', 'VI_1')).stdout.includes('10.9.0.1'), {
    what: 'b hears a',
  });
  a.running.signal('SIGKILL');
  await a.running.exited;
  await activeOn(b);
  a = startDirector(lab, a.host, { config: configOf(150), again: a });
  await a.waitFor('daemon.ready');
  await waitUntil(async () => (await a.cli('why', 'VI_1')).stdout.includes('10.9.0.2'), {
    what: 'a hears b',
  });
  linkGapMs = await pingedGapOf(async () => {
    await b.host.run('ip', 'link', 'set', 'eth0', 'down');
    await activeOn(a);
  });
});
afterAll(() => lab?.dispose());

describe('events', () => {
  it('has the past of both processes over the restarts, in its order', async () => {
    const all = await eventsOf(a);
    const names = all.map(({ event }) => event);
    expect(names.filter((name) => name === 'daemon.started')).toHaveLength(2);
    // Told by the VRRP process when nobody heard.
    const lost = names.indexOf('vrrp.supervisor_lost');
    expect(lost).toBeGreaterThan(names.indexOf('daemon.started'));
    expect(lost).toBeLessThan(names.lastIndexOf('daemon.started'));
    const times = all.map(({ timestamp }) => Date.parse(timestamp));
    expect(times).toEqual([...times].sort((x, y) => x - y));
    // All that the log had at that level.
    const inLog = await eventsOf(a, '--file', logOf(a));
    const kept = new Set(all.map((each) => JSON.stringify(each)));
    expect(inLog.filter((each) => !kept.has(JSON.stringify(each)))).toEqual([]);
  });

  it('selects, and refuses what makes no sense', async () => {
    const about = await eventsOf(a, '--about', real);
    expect(about.filter(({ event }) => event === 'real.down').length).toBeGreaterThanOrEqual(3);
    expect(about.every((each) => JSON.stringify(each).includes(real))).toBe(true);
    expect((await eventsOf(a, '--level', 'error')).every(({ level }) => level === 'error')).toBe(true);
    const text = (await a.cli('events', '--about', 'VI_1')).stdout;
    expect(text).toMatch(/^\S+Z INFO {2}vrrp\.transition: VI_1: backup -> active \(master\): /m);
    expect(await a.cli('events', '--since', 'yesterday')).toMatchObject({
      ...{ status: 2, stdout: '' },
      stderr: expect.stringMatching(/^Cannot tell since when: expected a time span .*, got yesterday\n$/),
    });
  });

  it('follows over a restart of the daemon, each event once', async () => {
    const followed = () => follower.lines().filter((line) => line.startsWith('{'));
    await waitUntil(() => followed().some((line) => line.includes('"active"') && line.includes('backup')), {
      what: 'the follower is told of the second takeover',
    });
    expect(new Set(followed()).size).toBe(followed().length);
    const first = followed().findIndex((line) => line.includes('"vip.added"'));
    expect(first).toBeGreaterThanOrEqual(0);
  });
});

describe('report', () => {
  it('of both directors has each failover with its cause, who asked and how long nobody served', async () => {
    const { failovers, holders } = await reportOfFiles(await keptBy(a), await keptBy(b));
    measured('a hand-over that was asked for: gap for a client, ms', askedGapMs);
    measured('a director killed: gap for a client, ms', killedGapMs);
    measured('a link that went down: gap for a client, ms', linkGapMs);
    measured(
      'a link that went down: outage by the report, ms',
      failovers.at(-1)?.measuredOutageMs ?? Number.NaN,
    );
    expect(failovers.map(({ from, to, reason }) => ({ from, to, reason }))).toEqual([
      { from: undefined, to: 'a', reason: 'active_down' },
      { from: 'a', to: 'b', reason: 'handover_requested' },
      { from: 'b', to: 'a', reason: 'ended_without_a_word' },
      { from: 'a', to: 'b', reason: expect.any(String) },
      { from: 'b', to: 'a', reason: 'link_down' },
    ]);
    const [, asked, killed, orphaned, unlinked] = failovers;
    expect(asked?.askedBy).toBe('an operator, by lvs-director failover on a');
    expect(killed?.askedBy).toBeUndefined();
    expect(orphaned?.cause).toContain('main process lost');
    // As a client felt it, and no less.
    expect(asked?.measuredOutageMs).toBeLessThan(seamlessMs);
    expect(Math.abs((asked?.measuredOutageMs ?? Number.NaN) - askedGapMs)).toBeLessThan(seamlessMs);
    // The log is written a little later than the address moves, by how busy the machine is.
    expect(Math.abs((unlinked?.measuredOutageMs ?? Number.NaN) - linkGapMs)).toBeLessThan(4 * seamlessMs);
    expect(killed?.estimatedOutageMs).toBeGreaterThan(killedGapMs - seamlessMs);
    expect(holders.map(({ holder, until }) => [holder, until === undefined])).toEqual([
      ['a', false],
      ['b', false],
      ['a', false],
      ['b', false],
      ['a', true],
    ]);
  });

  it('of one has what it saw: falls, drift, reloads, and how its runs ended', async () => {
    const report = await jsonOf<Report>(a, 'report', '--since', '1h');
    expect(report.directors).toEqual(['a']);
    expect(report.servers[0]).toMatchObject({ real, flapping: true, isDown: true });
    expect(report.servers[0]?.falls).toBeGreaterThanOrEqual(3);
    expect(report.drift).toContainEqual(expect.objectContaining({ event: 'vip.restored', count: 1 }));
    expect(report.reloads.map(({ outcome }) => outcome)).toEqual(['in force', 'rejected', 'in force']);
    expect(report.reloads[1]?.problem).toMatch(/lvs-director\.yaml:1/);
    expect(report.runs.map(({ how }) => how)).toEqual(['ended without a word', 'running']);
    const text = (await a.cli('report')).stdout;
    for (const title of ['Failovers', 'Servers that fell', 'Drift repaired', 'Reloads'])
      expect(text).toContain(title);
    expect((await a.cli('report', '--markdown')).stdout).toMatch(/^\| WHEN \| ROUTER \|/m);
  });

  it('is made of the log where no daemon runs', async () => {
    a.running.signal('SIGTERM');
    await a.running.exited;
    expect(await a.cli('report')).toMatchObject({
      status: 1,
      stderr: expect.stringContaining('not running'),
    });
    const { directors, runs } = await reportOfFiles(logOf(a), logOf(b));
    expect(directors).toEqual(['a', 'b']);
    expect(runs.filter(({ director }) => director === 'a').map(({ how }) => how)).toEqual([
      'ended without a word',
      'stopped',
    ]);
  });
});
