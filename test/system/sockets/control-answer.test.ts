import { mkdtempSync, rmSync } from 'node:fs';
import { type IncomingMessage, request, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Routes } from '../../../src/ports/control.ts';
import { controlLimits, createControlServer } from '../../../src/system/sockets/control-server.ts';

let folder: string;
let path: string;
let server: Server | undefined;
let failed: unknown[];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'control-answer-'));
  path = join(folder, 'c');
  failed = [];
});
afterEach(async () => {
  server?.closeAllConnections();
  await new Promise((resolve) => server?.close(resolve));
  rmSync(folder, { recursive: true });
});

async function listen(routes: Routes): Promise<void> {
  const limits = { ...controlLimits, headMs: 400, questionMs: 800, unreadMs: 400 };
  server = createControlServer(routes, (...told) => failed.push(told), limits);
  await new Promise<void>((resolve) => server?.listen(path, resolve));
}

/** The head of the answer; the body waits to be read. */
const get = (target: string, accept = '') =>
  new Promise<IncomingMessage>((resolve, reject) => {
    request({ socketPath: path, path: target, headers: { accept } }, resolve).on('error', reject).end();
  });

async function read(message: IncomingMessage): Promise<string> {
  let text = '';
  for await (const piece of message) text += piece;
  return text;
}

const text = (pieces: AsyncIterable<string> | Iterable<string>, patienceMs?: number) => ({
  ...{ status: 200, contentType: 'text/plain; version=0.0.4', pieces },
  ...(patienceMs !== undefined && { patienceMs }),
});

describe('an answer in pieces', () => {
  it('has its own type, and all of them in their order', async () => {
    await listen({ 'GET /text': () => text(['a\n', 'b\n', 'c\u001b[2J\n']) });
    const answer = await get('/text');
    expect(answer.headers['content-type']).toBe('text/plain; version=0.0.4');
    expect(await read(answer)).toBe('a\nb\nc [2J\n');
  });

  it('gives others their turn at an empty one, too', async () => {
    let turns = 0;
    let before = 0;
    function* pieces() {
      yield 'a\n';
      for (let made = 0; made < 100; made += 1) yield '';
      before = turns;
      yield 'b\n';
    }
    await listen({ 'GET /text': () => text(pieces()) });
    let going = true;
    const turn = () => {
      turns += 1;
      if (going) setImmediate(turn);
    };
    turn();
    expect(await read(await get('/text'))).toBe('a\nb\n');
    going = false;
    expect(before).toBeGreaterThanOrEqual(100);
  });

  it('is made no faster than it is taken, and others are answered meanwhile', async () => {
    let made = 0;
    function* pieces() {
      for (; made < 1000; made += 1) yield `${'x'.repeat(9_999)}\n`;
    }
    await listen({
      'GET /long': () => text(pieces(), 30_000),
      'GET /ping': () => ({ status: 200, body: {} }),
    });
    const answer = await get('/long');
    await delay(300);
    const before = made;
    expect(before).toBeLessThan(500);
    expect(await read(await get('/ping'))).toBe('{}\n');
    expect((await read(answer)).length).toBe(10_000_000);
  });

  it('comes as it is made, and ends its making where the asker goes away', async () => {
    let ended = false;
    await listen({
      'GET /follow': (_search, { gone }) =>
        text(
          (async function* () {
            yield 'first\n';
            await new Promise((resolve) => gone.addEventListener('abort', resolve));
            ended = true;
          })(),
        ),
    });
    const answer = await get('/follow');
    const first = await new Promise((resolve) => answer.once('data', (piece) => resolve(String(piece))));
    expect(first).toBe('first\n');
    await delay(1000);
    expect(ended).toBe(false);
    answer.destroy();
    while (!ended) await delay(5);
    expect(failed).toEqual([]);
  });

  it('is left where nobody takes it, after its patience and not before', async () => {
    let left = false;
    async function* endless() {
      try {
        for (;;) yield 'x'.repeat(60_000);
      } finally {
        left = true;
      }
    }
    await listen({ 'GET /patient': () => text(endless(), 600_000), 'GET /usual': () => text(endless()) });
    const usual = await get('/usual');
    usual.on('error', () => {});
    while (!left) await delay(20);
    left = false;
    const patient = await get('/patient');
    patient.on('error', () => {});
    await delay(1000);
    expect(left).toBe(false);
    patient.destroy();
    while (!left) await delay(20);
  });

  it('that cannot be finished does not look whole, and is told', async () => {
    const thrown = new Error('no more');
    await listen({
      'GET /half': () =>
        text(
          (function* () {
            yield 'half';
            throw thrown;
          })(),
        ),
    });
    await expect(get('/half').then(read)).rejects.toThrow(/aborted|hang up/);
    expect(failed).toEqual([['GET /half', thrown]]);
  });
});

describe('a route', () => {
  const echo: Routes['x'] = (_search, { rest, accept }) => ({ status: 200, body: { rest, accept } });
  it.each([
    ['/active/VI_1', 200, 'VI_1'],
    ['/active/tcp%20192.168.6.240%3A80?x=1', 200, 'tcp 192.168.6.240:80'],
    ['/active/a/b', 200, 'a/b'],
    ['/active/named', 200, 'by its very name'],
    ['/active/', 404, undefined],
    ['/active', 404, undefined],
    ['/active/%zz', 404, undefined],
    ['/other/x', 405, undefined],
  ])('that ends in a star takes the rest of the path: %s', async (target, status, rest) => {
    await listen({
      'GET /active/*': echo,
      'GET /active/named': () => ({ status: 200, body: { rest: 'by its very name', accept: '*/*' } }),
      'POST /other/*': echo,
    });
    const answer = await get(target, '*/*');
    expect(answer.statusCode).toBe(status);
    const body = JSON.parse(await read(answer));
    if (status === 200) expect(body).toEqual({ rest, accept: '*/*' });
    else expect(body.error).toMatch(/^Cannot answer: expected /);
  });
});
