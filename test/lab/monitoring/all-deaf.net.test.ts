// All whom a director tells are deaf at once: its log file, state and kept events on a disk that is full, a journald that takes
// nothing, two syslogs likewise, a mail server that says nothing, a webhook that does not answer, a FIFO whose reader is stopped and
// one without a reader, a notify script that is stopped. Nothing of VRRP or checks is late by it, what works says what does not,
// and who hears again has the whole story.
import { execFileSync } from 'node:child_process';
import {
  closeSync,
  constants,
  existsSync,
  openSync,
  readFileSync,
  readSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { createServer as createHttpServer, type ServerResponse } from 'node:http';
import { createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, expect, it } from 'vitest';
import {
  AF_UNIX,
  bindDescriptor,
  closeDescriptor,
  openSocket,
  receiveFrom,
  SOCK_DGRAM,
} from '../../../src/system/libc.ts';
import { unixAddress } from '../../../src/system/unix-address.ts';
import { readJournalDatagram } from '../../make/read-journal-datagram.ts';
import { daemonStatus } from '../harness/daemon-status.ts';
import { hostOn } from '../harness/host-on.ts';
import { createLab, type Host, type Lab } from '../harness/namespaces.ts';
import { type Running, waitUntil } from '../harness/process.ts';
import { type Director, startDirector, startNginx } from '../harness/programs.ts';
import { enter } from '../vrrp/inside.ts';
import { routerConfig, withAdverts } from '../vrrp/router-config.ts';

const limit = { timeoutMs: 60_000 };
const real = '10.9.0.11:8080';

let lab: Lab;
let web: Host;
let nginx: Running;
let folder: string;
let disk: string;
let a: Director;
let b: Director;
/** Of journald, and of a syslog on the host. */
const datagrams = new Map<'journal' | 'log', number>();
/** What came over TCP, which is read once it shall be heard. */
let syslog = '';
const deaf: Socket[] = [];
/** Names of events, as the webhook got them. */
const posts: string[] = [];
let mail = '';
const unanswered: ServerResponse[] = [];
let isHeard = false;
const servers: Server[] = [];

const listen = (server: Server, port: number) =>
  new Promise<void>((ready) => {
    servers.push(server);
    server.listen(port, '127.0.0.1', ready);
  });

/** @param more services. */
const config = (more = '') =>
  withAdverts(
    routerConfig(
      150,
      '10.9.0.100/24',
      `notify: ${folder}/notify`,
      `log: {journal: yes, file: ${disk}/log.json, syslog: [{to: "tcp://127.0.0.1:601"}, {to: ${folder}/log, format: rfc5424}]}
notify_fifo: ${folder}/fifo
notify_fifo_script: ${folder}/reader
lvs_notify_fifo: ${folder}/unread
mail: {smtp: "127.0.0.1:25", to: [ops@example.com], digest: 1s, timeout: 3s}
webhooks: [{name: slow, url: "http://127.0.0.1:8000/", timeout: 60s, events: [real.*]}]
checkinterval: 1s
fall: 1
virtual: [{address: "10.9.0.100:80", checktype: connect, real: [${real} masq]}${more}]
`,
    ).replace('state_dir: $STATE', `state_dir: ${disk}`),
    '500ms',
  );

/** Where its journald is: the socket of ours. */
const withJournald = () => [
  ...[
    'sh',
    '-c',
    'mount -t tmpfs tmpfs /run && mkdir -p /run/systemd/journal && ln -s "$0" /run/systemd/journal/socket && exec "$@"',
  ],
  join(folder, 'journal'),
];

beforeAll(async () => {
  lab = createLab();
  const lan = await lab.lan('lan');
  const host = await hostOn(lab, lan, 'lvs1', '10.9.0.1/24');
  web = await hostOn(lab, lan, 'web', '10.9.0.11/24');
  await comes();
  folder = lab.directory('deaf');
  disk = lab.directory('disk');
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=256k', 'tmpfs', disk]);
  lab.defer(async () => void execFileSync('umount', ['-l', disk]));
  const script = (name: string, text: string) =>
    writeFileSync(join(folder, name), `#!/bin/sh\n${text}\n`, { mode: 0o755 });
  script('reader', `kill -STOP $$\nexec cat "$1" >>${folder}/read`);
  // Only the first is stopped, and only for as long as it may.
  script('notify', `mkdir ${folder}/stopped 2>/dev/null && kill -STOP $$\necho "$3" >>${folder}/notified`);
  for (const name of ['journal', 'log'] as const) datagrams.set(name, openDatagrams(join(folder, name)));
  const leave = enter(host);
  await listen(createServer(answerMail), 25);
  await listen(
    createServer((socket) => {
      deaf.push(socket.pause());
      socket.on('data', (piece) => {
        syslog += String(piece);
      });
    }),
    601,
  );
  await listen(
    createHttpServer((request, answer) => {
      let body = '';
      request.on('data', (piece) => {
        body += String(piece);
      });
      request.on('end', () => {
        posts.push((JSON.parse(body) as { event: string }).event);
        if (isHeard) answer.end();
        else unanswered.push(answer);
      });
    }),
    8000,
  );
  leave();
  a = startDirector(lab, host, { config: config(), prefix: withJournald() });
  await a.waitFor('daemon.ready', undefined, limit);
  await a.waitFor('vrrp.transition', ({ to }) => to === 'active', limit);
  const other = withAdverts(routerConfig(100, '10.9.0.100/24'), '500ms');
  b = startDirector(lab, await hostOn(lab, lan, 'lvs2', '10.9.0.2/24'), { config: other });
  await b.waitFor('vrrp.transition', ({ to }) => to === 'backup', limit);
});
afterAll(async () => {
  for (const socket of deaf) socket.destroy();
  for (const answer of unanswered) answer.destroy();
  for (const server of servers) server.close();
  for (const socket of datagrams.values()) closeDescriptor(socket);
  await lab?.dispose();
});

/** As far as RFC 5321 is needed here; nothing while it is deaf. */
function answerMail(socket: Socket): void {
  deaf.push(socket);
  if (!isHeard) return;
  let isData = false;
  socket.write('220 mx\r\n');
  createInterface(socket).on('line', (line) => {
    if (isData) mail += `${line}\n`;
    else isData = line === 'DATA';
    const isEnd = line === '.';
    if (line === 'DATA') socket.write('354 go on\r\n');
    else if (!isData || isEnd) socket.write('250 ok\r\n');
    if (isEnd) isData = false;
  });
}

function openDatagrams(path: string): number {
  const opened = openSocket(AF_UNIX, SOCK_DGRAM, 0);
  if (!opened.ok) throw new Error(opened.error);
  expect(bindDescriptor(opened.value, unixAddress(path) ?? new Uint8Array()).ok).toBe(true);
  return opened.value;
}

/** All that has come. */
function readDatagrams(name: 'journal' | 'log'): readonly Buffer[] {
  const [into, from] = [new Uint8Array(200_000), new Uint8Array(110)];
  const found: Buffer[] = [];
  for (;;) {
    const length = receiveFrom(datagrams.get(name) ?? -1, into, from);
    if (!length.ok) return found;
    found.push(Buffer.from(into.subarray(0, length.value)));
  }
}

async function comes(): Promise<void> {
  nginx = await startNginx(lab, web, { listen: ['8080'], body: 'x' });
}

const told = (director = a) =>
  director.events().flatMap(({ event }) => (/^real\.(?:up|down)$/.test(event) ? [event] : []));

/** The server goes and comes, so often. */
async function flap(times: number): Promise<void> {
  const more = async (event: string, act: () => Promise<unknown>) => {
    const count = () => told().filter((each) => each === event).length;
    const before = count();
    await act();
    await waitUntil(() => count() > before, { what: `it is told: ${event}`, ...limit });
  };
  for (let n = 1; n <= times; n++) {
    await more('real.down', () => nginx.stop());
    await more('real.up', comes);
  }
}

/** As far as there is room. */
function fill(): void {
  execFileSync('sh', ['-c', `cat /dev/zero >${disk}/fill 2>/dev/null || true`]);
  const fifo = openSync(join(folder, 'fifo'), constants.O_WRONLY | constants.O_NONBLOCK);
  try {
    for (;;) writeSync(fifo, 'x\n');
  } catch {
    // It is full.
  }
  closeSync(fifo);
}

it('holds nothing up: the peer hears every advert, checks find what comes and goes, and each deaf place is named', async () => {
  fill();
  await flap(4);
  await a.waitFor(
    'log.failed',
    ({ sink, reason }) => `${sink}`.includes('log.json') && /ENOSPC/.test(`${reason}`),
    limit,
  );
  await a.waitFor('state.failed', ({ reason }) => /ENOSPC/.test(`${reason}`), limit);
  await a.waitFor('notice.failed', ({ sink }) => `${sink}`.startsWith('mail'), limit);
  const { fifos } = await daemonStatus(a);
  expect(fifos).toMatchObject([
    { fifo: join(folder, 'fifo'), lost: 0, program: 'running' },
    { fifo: join(folder, 'unread'), lost: 0 },
  ]);
  expect(fifos?.[0]?.waiting).toBeGreaterThanOrEqual(8);
  expect(fifos?.[1]?.unreadBytes).toBeGreaterThan(0);
  expect(posts).toEqual(['real.up']);
  const kept = (await a.cli('events', '--json', '--about', real)).stdout;
  expect(kept.match(/"event":"real\.(?:up|down)"/g)).toHaveLength(told().length);
  expect((await a.host.run('ip', '-o', 'address')).match(/10\.9\.0\.100\//g)).toHaveLength(1);
  // Adverts that come too late make the other active.
  expect(b.events().flatMap(({ event, to }) => (event === 'vrrp.transition' ? [to] : []))).toEqual([
    'backup',
  ]);
  const late = /process_lost|stall|checks\.behind|log\.lost|fifo\.lost|notice\.lost/;
  for (const director of [a, b])
    expect(director.events().filter(({ event }) => late.test(event))).toEqual([]);
});

it('loses nothing: each that hears again has all of it, in order, and a restart knows it too', async () => {
  execFileSync('rm', [join(disk, 'fill')]);
  isHeard = true;
  for (const answer of unanswered.splice(0)) answer.end();
  for (const socket of deaf) socket.resume();
  const readers = execFileSync('pgrep', ['-f', `${folder}/reader`], { encoding: 'utf8' });
  for (const pid of readers.trim().split('\n')) process.kill(Number(pid), 'SIGCONT');

  const heard = async (what: string, events: () => readonly string[]) => {
    await waitUntil(() => events().length >= told().length, { what: `${what} has all of it`, ...limit });
    expect(events(), what).toEqual(told());
  };
  const named = (text: string): readonly string[] => text.match(/real\.(?:up|down)(?=")/g) ?? [];
  const file = (path: string) => (existsSync(path) ? readFileSync(path, 'utf8') : '');
  await heard('the file', () => named(file(join(disk, 'log.json'))));
  await heard('the syslog over TCP', () => named(syslog.replaceAll(/MSGID/g, '')));
  const lines: Record<'journal' | 'log', string[]> = { journal: [], log: [] };
  const ofDatagrams = (name: 'journal' | 'log', eventOf: (bytes: Buffer) => string | undefined) => () => {
    lines[name].push(...readDatagrams(name).flatMap((each) => eventOf(each) ?? []));
    return lines[name].filter((each) => /^real\.(?:up|down)$/.test(each));
  };
  await heard(
    'journald',
    ofDatagrams('journal', (each) => readJournalDatagram(each).get('LVS_EVENT')),
  );
  await heard(
    'the syslog of the host',
    ofDatagrams('log', (each) => named(each.toString())[0]),
  );
  const ofServers = (text: string) =>
    text
      .split('\n')
      .flatMap((line) => (line.startsWith('RS ') ? [line.endsWith(' UP') ? 'real.up' : 'real.down'] : []));
  await heard('the FIFO', () => ofServers(file(join(folder, 'read'))));
  const unread = openSync(join(folder, 'unread'), constants.O_RDONLY | constants.O_NONBLOCK);
  const into = Buffer.alloc(65_536);
  expect(ofServers(into.toString('latin1', 0, readSync(unread, into)))).toEqual(told());
  closeSync(unread);
  await heard('the webhook', () => posts);
  const mailed = () => mail.replaceAll('=\n', '').match(/(?:Added|Deleted) real server/g)?.length ?? 0;
  await waitUntil(() => mailed() >= told().length, { what: 'what was mailed comes', ...limit });
  // Thirty seconds a script has, and two more to end.
  await waitUntil(() => file(join(folder, 'notified')) === 'MASTER\n', {
    what: 'the script after it ran',
    ...limit,
  });

  const all = told().length;
  await a.running.stop(20_000);
  isHeard = false;
  a = startDirector(lab, a.host, { config: config(), prefix: withJournald(), again: a });
  await a.waitFor('daemon.ready', undefined, limit);
  const kept = (await a.cli('events', '--json', '--about', real)).stdout;
  expect((kept.match(/"event":"real\.(?:up|down)"/g) ?? []).length).toBeGreaterThanOrEqual(all);
});

/** At the addresses from 10.9.16.0 on. */
const many = 3200;
const manyServers = Array.from(
  { length: many },
  (_, n) => `10.9.${16 + Math.floor(n / 250)}.${(n % 250) + 1}:8080 masq`,
).join(', ');

/** Of the main process, in MiB. */
async function memory(): Promise<number> {
  const { pid } = await daemonStatus(a);
  return Number(/^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024;
}

it('with more to tell than is kept leaves out what it counts and tells, in bounded memory, and adverts and checks are in time', async () => {
  await web.run('ip', 'route', 'add', 'local', '10.9.16.0/20', 'dev', 'lo');
  await a.host.run('ip', 'route', 'add', '10.9.16.0/20', 'via', '10.9.0.11');
  await a.waitFor('vrrp.transition', ({ to }) => to === 'active', limit);
  fill();
  for (const socket of deaf) socket.pause();
  const more = `, {address: "10.9.0.100:81", checktype: connect, checkinterval: 3s, real: [${manyServers}]}`;
  a.writeConfig(config(more));
  a.running.signal('SIGHUP');
  const count = (event: string) => told().filter((each) => each === event).length;
  await waitUntil(() => count('real.up') >= many, { what: 'all are up', ...limit });
  const before = await memory();
  for (const [event, act] of [
    ['real.down', () => nginx.stop()],
    ['real.up', comes],
    ['real.down', () => nginx.stop()],
  ] as const) {
    const earlier = count(event);
    await act();
    await waitUntil(() => count(event) >= earlier + many, { what: `all are told: ${event}`, ...limit });
  }
  expect((await memory()) - before).toBeLessThan(150);
  const places = [join(disk, 'log.json'), 'the journal', `syslog ${join(folder, 'log')}`];
  for (const place of places)
    await a.waitFor(
      'log.failed',
      ({ sink, reason }) => sink === place && `${reason}`.includes('left out'),
      limit,
    );
  const metrics = await a.host.run('curl', '-s', '--unix-socket', a.controlSocket, 'http://x/metrics');
  const dropped = [...metrics.matchAll(/^lvs_director_events_dropped_total\{sink="([^"]+)"\} (\d+)$/gm)];
  const by = Object.fromEntries(dropped.map(([, sink, lines]) => [sink, Number(lines)]));
  for (const place of places) expect(by[place], place).toBeGreaterThan(100);
  await a.waitFor('notice.lost', ({ sink }) => `${sink}`.startsWith('webhook'), limit);
  for (const name of ['fifo', 'unread'])
    await a.waitFor('fifo.lost', ({ fifo }) => fifo === join(folder, name), limit);
  const roles = () => b.events().flatMap(({ event, to }) => (event === 'vrrp.transition' ? [to] : []));
  expect(roles().at(-1)).toBe('backup');
  // A reload that takes all of these places away in the middle of it waits for none of them, nor does a stop.
  a.writeConfig(withAdverts(routerConfig(150, '10.9.0.100/24'), '500ms').replace('$STATE', disk));
  expect((await a.cli('reload', '--empty')).status).toBe(0);
  expect(existsSync(join(folder, 'fifo'))).toBe(false);
  expect(await a.running.stop(20_000)).toBe(0);
  await waitUntil(() => roles().at(-1) === 'active', { what: 'the other has the role', ...limit });
});
