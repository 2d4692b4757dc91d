import { mkdtempSync, rmSync } from 'node:fs';
import type { Server } from 'node:http';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Routes } from '../../../src/ports/control.ts';
import { askControlSocket } from '../../../src/system/sockets/ask-control-socket.ts';
import {
  type ControlLimits,
  controlLimits,
  createControlServer,
} from '../../../src/system/sockets/control-server.ts';
import { sayTo, statusesIn } from '../hostile-client.ts';
import { hostileBytes, mannerOf, rollOf } from '../hostile-requests.ts';

let folder: string;
let path: string;
let server: Server | undefined;
let failed: unknown[];
let asked: string[];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'control-server-'));
  path = join(folder, 'c');
  failed = [];
  asked = [];
});
afterEach(async () => {
  server?.closeAllConnections();
  await new Promise((resolve) => server?.close(resolve));
  rmSync(folder, { recursive: true });
});

const note = (name: string) => (search: URLSearchParams) => {
  asked.push(`${name} ${search}`);
  return { status: 200, body: { name } };
};
const routes: Routes = Object.fromEntries(
  ['GET /ping', 'GET /status', 'GET /why', 'POST /server', 'POST /failover', 'POST /reload'].map((route) => [
    route,
    note(route),
  ]),
);

async function listen(limits: Partial<ControlLimits> = {}, of: Routes = routes): Promise<void> {
  const short: ControlLimits = { ...controlLimits, headMs: 400, questionMs: 800, unreadMs: 800, ...limits };
  server = createControlServer(of, (...told) => failed.push(told), short);
  await new Promise<void>((resolve) => server?.listen(path, resolve));
}

const isAlive = async () => (await askControlSocket(path, 'GET', '/ping')).ok;
const say = (text: string) => sayTo(path, Buffer.from(text), { pieces: 1, leaves: 'when answered' }, 30_000);
const openSocket = () =>
  new Promise<Socket>((resolve) => {
    const socket = connect(path);
    // Or refused, as more wait already than the kernel lets.
    socket.on('error', () => resolve(socket));
    socket.once('connect', () => resolve(socket));
  });
const head = (line: string, ...more: string[]) =>
  [`${line} HTTP/1.1`, 'Host: x', ...more, '', ''].join('\r\n');

const seeds = Number(process.env.SEED ?? 0) > 0 ? [Number(process.env.SEED)] : [1, 2, 3, 4, 5, 6];

describe('whatever bytes come', () => {
  it.each(seeds)(
    'the answer is a good one, a 4xx or none, and the connection ends (seed %d)',
    async (seed) => {
      await listen();
      const roll = rollOf(seed);
      for (let round = 0; round < 12; round += 1) {
        const clients = Array.from({ length: 20 }, () => ({
          bytes: hostileBytes(roll),
          manner: mannerOf(roll),
        }));
        const outcomes = await Promise.all(
          clients.map(({ bytes, manner }) => sayTo(path, bytes, manner, 30_000)),
        );
        for (const [at, { answer, closed }] of outcomes.entries()) {
          const said = clients[at]?.bytes.toString('latin1').slice(0, 200);
          expect({ said, closed }).toEqual({ said, closed: true });
          const wrong = statusesIn(answer).filter(
            (status) => status !== 200 && status !== 100 && (status < 400 || status > 499),
          );
          expect({ said, wrong }).toEqual({ said, wrong: [] });
          if (answer !== '')
            expect({ said, answer }).toMatchObject({ answer: expect.stringMatching(/^HTTP\/1\.1 /) });
        }
      }
      expect(await isAlive()).toBe(true);
      expect(failed).toEqual([]);
    },
  );

  it.each([
    ['GET //', 400],
    ['GET http://control/status', 400],
    ['GET *', 400],
    ['GET /%', 404],
    ['GET /__proto__', 404],
    ['DELETE /status', 405],
    ['POST /status', 405],
    ['CONNECT x:1', 405],
    ['GET /status?a=%zz%', 200],
  ])('%s has the answer %d', async (line, status) => {
    await listen();
    const { answer, closed } = await say(head(line));
    expect(statusesIn(answer)).toEqual([status]);
    expect(closed).toBe(true);
  });
});

describe('a question that is not whole', () => {
  it.each([
    ['without its body', head('POST /failover', 'Content-Length: 10'), [408]],
    ['with half of its body', `${head('POST /failover', 'Content-Length: 10')}12345`, [408]],
    [
      'with a body that does not end',
      `${head('POST /failover', 'Transfer-Encoding: chunked')}1\r\na\r\n`,
      [408],
    ],
    ['with a body that is broken', `${head('POST /failover', 'Transfer-Encoding: chunked')}zz\r\n`, []],
    ['without the end of its head', 'POST /failover HTTP/1.1\r\nHost: x\r\n', [408]],
  ])('%s does nothing, and its time is over soon', async (_, text, statuses) => {
    await listen();
    const { answer, closed } = await say(text);
    expect(asked).toEqual([]);
    expect(closed).toBe(true);
    expect([statuses, []]).toContainEqual(statusesIn(answer));
  });

  it('of which a byte comes now and then has no more time than another', async () => {
    await listen();
    const socket = await openSocket();
    const closed = new Promise((resolve) => socket.once('close', resolve));
    const drip = setInterval(() => socket.write('x'), 50);
    socket.write('GET /status HTTP/1.1\r\nX: ');
    socket.resume();
    await closed;
    clearInterval(drip);
    expect(asked).toEqual([]);
  });

  it('with a body above the bound is refused before the body ends', async () => {
    await listen();
    const { answer } = await say(
      `${head('POST /failover', 'Content-Length: 1000000000')}${'x'.repeat(200_000)}`,
    );
    expect(statusesIn(answer)).toEqual([413]);
    expect(asked).toEqual([]);
  });
});

describe('many questions', () => {
  it('over one connection: the first is answered, no other is asked', async () => {
    await listen();
    const { answer } = await say(head('GET /status') + head('POST /failover').repeat(500));
    expect(statusesIn(answer)[0]).toBe(200);
    expect(asked).toEqual(['GET /status ']);
  });

  it('of clients that say nothing do not keep out one that does', async () => {
    await listen({ headMs: 60_000, questionMs: 60_000 });
    const idle = await Promise.all(Array.from({ length: 1000 }, openSocket));
    expect(await isAlive()).toBe(true);
    const left = await new Promise<number>((resolve) => server?.getConnections((_, count) => resolve(count)));
    expect(left).toBeLessThanOrEqual(controlLimits.connectionsMax);
    for (const socket of idle) socket.destroy();
  });

  it('are let in up to the limit and none beyond it, the oldest leave', async () => {
    await listen({ connectionsMax: 4, headMs: 60_000, questionMs: 60_000 });
    const idle: Socket[] = [];
    const ended: number[] = [];
    for (const nth of Array.from({ length: 7 }, (_, index) => index)) {
      const socket = await openSocket();
      socket.once('close', () => ended.push(nth)).resume();
      idle.push(socket);
    }
    await expect.poll(() => ended.length).toBeGreaterThanOrEqual(3);
    await delay(50);
    expect(ended).toEqual([0, 1, 2]);
    for (const socket of idle) socket.destroy();
  });

  it('that come at once are as many as may be, not one for each that leaves', async () => {
    await listen({ connectionsMax: 4, headMs: 60_000, questionMs: 60_000 });
    const idle = await Promise.all(Array.from({ length: 40 }, openSocket));
    let ended = 0;
    for (const socket of idle) socket.once('close', () => (ended += 1)).resume();
    await expect.poll(() => ended).toBeGreaterThanOrEqual(36);
    await delay(50);
    expect(ended).toBe(36);
    for (const socket of idle) socket.destroy();
  });

  it('that are being answered are not ended for newer ones', async () => {
    const waiting: (() => void)[] = [];
    const slow: Routes = {
      ...routes,
      'GET /slow': () => new Promise((resolve) => waiting.push(() => resolve({ status: 200, body: {} }))),
    };
    await listen({ connectionsMax: 4, headMs: 60_000, questionMs: 60_000 }, slow);
    const answers = [1, 2, 3].map(() => askControlSocket(path, 'GET', '/slow'));
    while (waiting.length < 3) await delay(5);
    const idle = await Promise.all(Array.from({ length: 20 }, openSocket));
    expect(await isAlive()).toBe(true);
    for (const answer of waiting) answer();
    expect((await Promise.all(answers)).map(({ ok }) => ok)).toEqual([true, true, true]);
    for (const socket of idle) socket.destroy();
  });
});

describe('an answer that nobody takes', () => {
  it('keeps out nobody who asks, however many there are', async () => {
    const large: Routes = {
      ...routes,
      'GET /large': () => ({ status: 200, body: { text: 'x'.repeat(3e6) } }),
    };
    await listen({ connectionsMax: 4, unreadMs: 60_000 }, large);
    const sockets = await Promise.all(Array.from({ length: 8 }, openSocket));
    for (const socket of sockets) {
      socket.pause().write(head('GET /large'));
      await delay(20);
    }
    expect(await isAlive()).toBe(true);
    for (const socket of sockets) socket.destroy();
  });

  it('is kept for its time alone', async () => {
    const large: Routes = {
      ...routes,
      'GET /large': () => ({ status: 200, body: { text: 'x'.repeat(20e6) } }),
    };
    await listen({}, large);
    const sockets = await Promise.all(Array.from({ length: 5 }, openSocket));
    for (const socket of sockets) socket.pause().write(head('GET /large'));
    const count = () => new Promise<number>((resolve) => server?.getConnections((_, each) => resolve(each)));
    while ((await count()) > 0) await delay(50);
    expect(await isAlive()).toBe(true);
    for (const socket of sockets) socket.destroy();
  });
});
