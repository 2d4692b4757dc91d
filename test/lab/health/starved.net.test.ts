// A host that runs out of file descriptors or of ports cannot ask its servers: none of them goes down for that, each
// is told of as not checked, and all is as before when there is room again.

import { readdirSync } from 'node:fs';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { byTheClock } from '../harness/by-the-clock.ts';
import { daemonStatus } from '../harness/daemon-status.ts';
import { createLab, type Host, type Lab } from '../harness/namespaces.ts';
import { run, waitUntil } from '../harness/process.ts';
import { type Director, startDirector, startNginx } from '../harness/programs.ts';
import { enter } from '../vrrp/inside.ts';

let lab: Lab;
let host: Host;
let director: Director;
let servers: Server[];
let held: Socket[];
let leave: (() => void) | undefined;

const kinds = ['connect', 'http', 'simpletcp', 'ping', 'external'] as const;
const services: Readonly<Record<(typeof kinds)[number], string>> = {
  connect: 'checktype: connect',
  http: 'service: http',
  simpletcp: 'service: simpletcp, request: hello, receive: hello',
  ping: 'checktype: ping',
  external: 'checktype: external, checkcommand: /bin/true',
};
const config = `
director: {control_socket: $CONTROL, state_dir: $STATE}
checktimeout: 1
negotiatetimeout: 1
checkinterval: 1
virtual:
${kinds.map((kind, at) => `  - {address: "10.9.9.9:${at + 1}", servicename: ${kind}, ${services[kind]}, checkport: ${kind === 'simpletcp' ? 81 : 80}, real: ["127.0.0.1:80 gate"]}`).join('\n')}
`;

beforeEach(async () => {
  lab = createLab();
  host = await lab.host('lvs1');
  held = [];
  servers = [];
  await startNginx(lab, host, { listen: ['127.0.0.1:80'], body: 'Test Page' });
  const echo = createServer((socket) => void socket.on('error', () => {}).pipe(socket));
  servers.push(echo);
  leave = enter(host);
  await new Promise<void>((resolve) => void echo.listen(81, '127.0.0.1', resolve));
  director = startDirector(lab, host, { config });
  for (const at of kinds.keys()) await director.waitFor('real.up', ({ service }) => service === nameOf(at));
});
afterEach(async () => {
  leave?.();
  for (const socket of held) socket.destroy();
  for (const server of servers) server.close();
  await lab?.dispose();
});

const nameOf = (at: number) => `tcp 10.9.9.9:${at + 1}`;
const since = (count: number) => director.events().slice(count);
const told = (count: number, event: string) => since(count).filter((each) => each.event === event);

/** What the last checks said is what they say of servers that are well. */
async function allAreWell(): Promise<boolean> {
  const { services } = await daemonStatus(director);
  return services
    .flatMap(({ reals }) => reals)
    .every(({ verdict, detail }) => verdict === 'up' && !/cannot|E[A-Z]{4,}/.test(detail));
}

describe('without a file descriptor to spare', () => {
  it(
    'every server stays up, is told of as unchecked, and is checked again when there are some',
    byTheClock('checks with a limit of a second must answer'),
    async () => {
      const before = director.events().length;
      const limitTo = (count: string) =>
        run(['prlimit', '--pid', `${director.running.pid}`, `--nofile=${count}:`]);
      await limitTo(`${await lowestFree(director.running.pid)}`);
      for (const at of kinds.keys()) {
        const { detail } = await director.waitFor('real.unchecked', ({ service }) => service === nameOf(at));
        expect(`${kinds[at]}: ${detail}`).toMatch(/EMFILE|ENFILE|file/);
      }
      await delay(2500);
      await limitTo('1024');
      await waitUntil(allAreWell, { what: 'checks again' });
      expect([...told(before, 'real.down'), ...told(before, 'real.failing')]).toEqual([]);
    },
  );
});

describe('without a port to connect from', () => {
  it(
    'every server stays up, is told of as unchecked, and is checked again when there is one',
    byTheClock('checks with a limit of a second must answer'),
    async () => {
      const before = director.events().length;
      await host.sysctl({ 'net.ipv4.ip_local_port_range': '40000 40001' });
      // Closed connections of before may hold one for a while; these two hold both.
      for (const port of [80, 81]) {
        await waitUntil(() => holdAll(port), { what: `the ports towards ${port}`, timeoutMs: 20_000 });
      }
      for (const at of [0, 1, 2]) {
        const { detail } = await director.waitFor('real.unchecked', ({ service }) => service === nameOf(at));
        expect(detail).toContain('EADDRNOTAVAIL');
      }
      await delay(2500);
      await host.sysctl({ 'net.ipv4.ip_local_port_range': '32768 60999' });
      await waitUntil(allAreWell, { what: 'checks again' });
      expect([...told(before, 'real.down'), ...told(before, 'real.failing')]).toEqual([]);
    },
  );
});

/** Whether no port is left for a connection there, with what is held. */
function holdAll(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port });
    socket.on('connect', () => {
      held.push(socket);
      resolve(false);
    });
    socket.on('error', (error: NodeJS.ErrnoException) => resolve(error.code === 'EADDRNOTAVAIL'));
  });
}

/** With this as its limit it can open nothing: the lowest that is free while no check is under way. */
async function lowestFree(pid: number): Promise<number> {
  let lowest = Number.POSITIVE_INFINITY;
  for (let round = 0; round < 60; round++) {
    const open = new Set(readdirSync(`/proc/${pid}/fd`).map(Number));
    let free = 0;
    while (open.has(free)) free += 1;
    lowest = Math.min(lowest, free);
    await delay(25);
  }
  return lowest;
}
