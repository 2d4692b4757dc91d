// The real daemon on files that are none: whatever stands in the place of a file that it was told to read, it says what
// and where, goes on, and ends when it is asked to. And a config that is emptied, cut or rewritten under a storm of
// signals changes nothing.
import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, symlinkSync, truncateSync, unlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createLab, type Host, type Lab } from '../harness/namespaces.ts';
import { type Director, daemonMain, startDirector } from '../harness/programs.ts';

let lab: Lab;
let host: Host;
let folder: string;
let undo: (() => void)[];

beforeEach(async () => {
  lab = createLab();
  host = await lab.host('lvs1');
  folder = lab.directory('files');
  undo = [];
});
afterEach(async () => {
  for (const each of undo) each();
  await lab.dispose();
});

/** What somebody may put in the place of a file, and how a daemon that looks at it calls it. */
const objects = {
  FIFO: [(path: string) => void execFileSync('mkfifo', [path]), 'a FIFO'],
  directory: [(path: string) => mkdirSync(path), 'a directory'],
  device: [(path: string) => symlinkSync('/dev/zero', path), 'a device'],
  socket: [
    (path: string) =>
      new Promise<void>((resolve) => {
        const server = createServer().listen(path, resolve);
        undo.push(() => server.close());
      }),
    'a socket',
  ],
  'loop of links': [(path: string) => symlinkSync(path, path), 'ELOOP'],
  'file without an end': [
    (path: string) => {
      writeFileSync(path, '');
      truncateSync(path, 1e12);
    },
    '1000000000000',
  ],
} as const satisfies Record<string, readonly [(path: string) => unknown, string]>;

const service = `  - address: 10.9.9.9:80
    checktype: off
    real: [127.0.0.2:80 masq]
`;
const head = `director: {control_socket: $CONTROL, state_dir: $STATE}
vrrp_process: {realtime: off, lock_memory: no}
`;
/** Seconds between its adverts: no machine is so busy that it steps down of itself. */
const router = `vrrp:
  - {name: VI_1, interface: lo, virtual_router_id: 51, priority: 255, advert_int: 1s, virtual_ipaddress: [10.9.9.9]}
`;
const good = `${head}${router}virtual:\n${service}`;

/** It answers, and ends as it should when it is told to: with five such files as well, which are libuv's whole pool. */
async function livesAndEnds(director: Director): Promise<void> {
  expect((await director.cli('status')).status).toBe(0);
  director.running.signal('SIGTERM');
  expect(await director.running.exited).toBe(0);
  // What the log has to say of itself comes last of all.
  const told = director.events().filter(({ event }) => !event.startsWith('log.'));
  expect(told.at(-1)?.event).toBe('daemon.stopped');
}

describe.each(Object.entries(objects))('a %s', (_, [make, said]) => {
  const path = (name: string) => join(folder, name);

  it('in the place of the config is refused by a reload and a start, by check and convert', async () => {
    const director = startDirector(lab, host, { config: good });
    await director.waitFor('daemon.ready', undefined, { timeoutMs: 60_000 });
    unlinkSync(director.configFile);
    await make(director.configFile);
    director.running.signal('SIGHUP');
    const rejected = await director.waitFor('daemon.reload_rejected', undefined, { timeoutMs: 60_000 });
    expect(JSON.stringify(rejected.problems)).toContain(said);
    const commands = [['check', '-c'], ['run', '-c'], ['convert']];
    const answers = commands.map((command) =>
      host.attempt(process.execPath, daemonMain, ...command, director.configFile),
    );
    for (const { status, stderr } of await Promise.all(answers)) {
      expect([status, stderr]).toEqual([2, expect.stringContaining(said)]);
    }
    await livesAndEnds(director);
    rmSync(director.configFile, { recursive: true, force: true });
  });

  it('in the place of tracked files, a real_file, a checkfile, an authority and the log holds up nobody', async () => {
    const names = ['1', '2', '3', '4', '5'];
    for (const name of [...names, 'fleet', 'check', 'ca', 'log']) await make(path(name));
    const track = names.map((name) => `  - {name: t${name}, file: ${path(name)}}`).join('\n');
    const director = startDirector(lab, host, {
      config: `${head}log: {file: ${path('log')}}
vrrp_track_file:\n${track}
${router.replace('virtual_ip', `track_file: [${names.map((name) => `{name: t${name}, weight: 1}`).join(', ')}], virtual_ip`)}virtual:
${service}  - address: 10.9.9.9:81
    real_file: ${path('fleet')}
    checktype: connect
  - address: 10.9.9.9:82
    service: file
    checkfile: ${path('check')}
    checkinterval: 1s
    real: [127.0.0.2:80 masq]
  - address: 10.9.9.9:83
    service: https
    verify: yes
    ca: ${path('ca')}
    request: /
    receive: x
    checkinterval: 1s
    real: [127.0.0.2:443 masq]
`,
    });
    await director.waitFor('daemon.ready', undefined, { timeoutMs: 60_000 });
    const rejected = await director.waitFor('roster.file_rejected', undefined, { timeoutMs: 60_000 });
    expect(JSON.stringify(rejected.problems)).toContain(said);
    await livesAndEnds(director);
  });
});

/** Small enough to be read, and nothing that anybody would want to. */
const costly = {
  'of 300,000 unknown keys': [
    () => Array.from({ length: 300_000 }, (_, at) => `key${at}: 1\n`).join(''),
    /299900 more|takes more than/,
  ],
  'of aliases upon aliases': [
    () =>
      `a0: &a0 [x]\n${Array.from({ length: 60 }, (_, at) => `a${at + 1}: &a${at + 1} [*a${at}, *a${at}]\n`).join('')}`,
    /aliases that stand for at most/,
  ],
  'of 100,000 levels': [() => `virtual: ${'['.repeat(100_000)}`, /at most 64 levels/],
  'that is one line of 16 MB': [() => `virtual: ${'x '.repeat(8_000_000)}`, /Cannot read virtual/],
} as const satisfies Record<string, readonly [() => string, RegExp]>;

describe.each(Object.entries(costly))('a config %s', (_, [text, said]) => {
  it('is refused while the daemon answers and keeps its addresses', async () => {
    const director = startDirector(lab, host, { config: good });
    await director.waitFor('vrrp.transition', ({ to }) => to === 'active', { timeoutMs: 60_000 });
    director.writeConfig(text());
    let isReloading = true;
    const reload = director.cli('reload').finally(() => {
      isReloading = false;
    });
    let answered = 0;
    while (isReloading) {
      expect((await director.cli('status')).status).toBe(0);
      answered += 1;
      // The reading needs the processor as well.
      await Promise.race([reload, delay(500)]);
    }
    const { status, stderr } = await reload;
    expect([status, stderr]).toEqual([2, expect.stringMatching(said)]);
    expect(stderr.split('\n').length).toBeLessThan(150);
    expect(answered).toBeGreaterThan(0);
    expect(director.events().map(({ event }) => event)).not.toContain('vip.removed');
    await livesAndEnds(director);
  });
});

describe('a config that is rewritten', () => {
  it('under a storm of signals, in place and in halves, changes nothing; nor does what would empty everything', async () => {
    const director = startDirector(lab, host, { config: good });
    await director.waitFor('vrrp.transition', ({ to }) => to === 'active', { timeoutMs: 60_000 });
    const before = director.running.lineCount();
    const halves = [good.length >> 2, good.length >> 1, good.length - 20];
    for (let turn = 0; turn < 300; turn += 1) {
      const cut = turn % 4 === 3 ? good : good.slice(0, halves[turn % 3]);
      director.writeConfig(cut);
      director.running.signal('SIGHUP');
      await delay(10);
    }
    for (const text of ['', '# nothing\n', head, head + router, `${head}virtual:\n${service}`]) {
      director.writeConfig(text);
      const { status, stderr } = await director.cli('reload');
      expect([text, status, stderr]).toEqual([text, 2, expect.stringContaining('Cannot reload: expected a')]);
    }
    const events = director.events().slice(0);
    expect(
      director.running
        .lines()
        .slice(before)
        .some((line) => line.includes('"vip.removed"')),
    ).toBe(false);
    expect(events.filter(({ event }) => event === 'vrrp.process_lost')).toEqual([]);
    expect(await host.run('ip', '-4', 'address', 'show', 'dev', 'lo')).toContain('10.9.9.9');
    director.writeConfig(`${head}virtual:\n${service}`);
    expect(await director.cli('reload', '--empty')).toMatchObject({ status: 0 });
    await director.waitFor('vip.removed', undefined, { after: before, timeoutMs: 60_000 });
    await livesAndEnds(director);
  });

  it('with autoreload is taken when it changes, and refused where it would empty everything', async () => {
    const text = `autoreload: yes\n${head}virtual:\n${service}`;
    const director = startDirector(lab, host, { config: text });
    await director.waitFor('daemon.ready', undefined, { timeoutMs: 60_000 });
    director.writeConfig(text.replace('127.0.0.2:80', '127.0.0.3:80'));
    await director.waitFor('daemon.reloaded', undefined, { timeoutMs: 60_000 });
    director.writeConfig('');
    await director.waitFor('daemon.reload_rejected', undefined, { timeoutMs: 60_000 });
    await livesAndEnds(director);
  });
});
