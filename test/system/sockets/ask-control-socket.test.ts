// What a command hears of whoever listens at a control socket, or of nobody. The servers are real ones.
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { type AddressInfo, createServer as createSilent } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { askControlSocket } from '../../../src/system/sockets/ask-control-socket.ts';

let folder: string;
let path: string;
let close: () => void;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'ask-control-'));
  path = join(folder, 'c');
  close = () => {};
});
afterEach(() => {
  close();
  rmSync(folder, { recursive: true });
});

const answers = () => {
  const server = createServer((asked, answer) => {
    answer.end(JSON.stringify({ method: asked.method, url: asked.url, host: asked.headers.host }));
  });
  close = () => void server.close();
  return server;
};

it('asks at a path', async () => {
  const server = answers();
  await new Promise<void>((resolve) => server.listen(path, resolve));
  expect(await askControlSocket(path, 'POST', '/reload')).toEqual({
    ok: true,
    value: { status: 200, body: { method: 'POST', url: '/reload', host: 'localhost' } },
  });
});

it.each([
  ['127.0.0.1', (port: number) => `127.0.0.1:${port}`],
  ['::1', (port: number) => `[::1]:${port}`],
])('asks at %s, and calls it by its name', async (host, named) => {
  const server = answers();
  await new Promise<void>((resolve) => server.listen(0, host, resolve));
  const { port } = server.address() as AddressInfo;
  expect(await askControlSocket({ host, port }, 'GET', '/status')).toMatchObject({
    value: { body: { method: 'GET', url: '/status', host: named(port) } },
  });
});

it('gives up where somebody listens and says nothing', async () => {
  const server = createSilent((socket) => void socket.on('error', () => {}).resume());
  close = () => void server.close();
  await new Promise<void>((resolve) => server.listen(path, resolve));
  expect(await askControlSocket(path, 'GET', '/status', 50)).toEqual({
    ok: false,
    error: 'no answer in 50 ms',
  });
});

it('says that nobody listens', async () => {
  expect(await askControlSocket(path, 'GET', '/status')).toMatchObject({
    ok: false,
    error: expect.stringContaining('ENOENT') as string,
  });
});
