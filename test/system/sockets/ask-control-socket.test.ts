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

const says = (answer: string) => {
  const server = createSilent((socket) => {
    socket.on('error', () => {});
    socket.once('data', () => socket.end(answer));
  });
  close = () => void server.close();
  return new Promise<void>((resolve) => server.listen(path, resolve));
};

it.each([
  ['', 'the end of the connection'],
  ['SSH-2.0-OpenSSH_9.2\r\n', 'no answer of HTTP: SSH-2.0-OpenSSH_9.2'],
  ['HTTP/1.1 200 OK\r\nA: b\r\n', 'Cannot read the answer: expected a JSON object, got '],
  ['HTTP/1.1 200 OK\r\n\r\n{"a":', 'Cannot read the answer: expected a JSON object, got {"a":'],
  ['HTTP/1.1 200 OK\r\n\r\n7', 'Cannot read the answer: expected a JSON object, got 7'],
])('takes %j for no answer, and says what came', async (answer, error) => {
  await says(answer);
  expect(await askControlSocket(path, 'GET', '/status')).toEqual({ ok: false, error });
});

it.each([
  'HTTP/1.1 503 Service Unavailable\r\nA: b\r\n\r\n{"error":"é\\r\\n\\r\\n"}\n',
  'HTTP/1.0 503\nA: b\n\n{"error":"é\\r\\n\\r\\n"}',
])('hears the status and the body of %j', async (answer) => {
  await says(answer);
  expect(await askControlSocket(path, 'GET', '/status')).toEqual({
    ok: true,
    value: { status: 503, body: { error: 'é\r\n\r\n' } },
  });
});

it('says that nobody listens', async () => {
  expect(await askControlSocket(path, 'GET', '/status')).toMatchObject({
    ok: false,
    error: expect.stringContaining('ENOENT') as string,
  });
});
