import { execFileSync } from 'node:child_process';
import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Routes } from '../../../src/ports/control.ts';
import { askControlSocket } from '../../../src/system/sockets/ask-control-socket.ts';
import { type ControlSocket, listenControlSocket } from '../../../src/system/sockets/control-socket.ts';

let folder: string;
let opened: ControlSocket[];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'control-'));
  opened = [];
});
afterEach(async () => {
  for (const socket of opened) await socket.close();
  rmSync(folder, { recursive: true });
});

async function open(path: string, routes: Routes = {}) {
  const socket = await listenControlSocket(path, {
    'GET /ping': () => ({ status: 200, body: {} }),
    ...routes,
  });
  if (socket.ok) opened.push(socket.value);
  return socket;
}

/** As a daemon that was killed leaves it: nobody listens any more. */
function leaveStale(path: string): void {
  execFileSync(
    process.execPath,
    [
      '-e',
      `require('node:net').createServer().listen(${JSON.stringify(path)}, () => process.kill(process.pid, 'SIGKILL'))`,
    ],
    { stdio: 'ignore', killSignal: 'SIGKILL' },
  );
}

describe('the control socket', () => {
  it('answers with what the route returns, in a folder that it makes, for owner and group only', async () => {
    const path = join(folder, 'run', 'control.sock');
    await open(path, { 'GET /status': (search) => ({ status: 200, body: { asked: search.get('of') } }) });
    expect(await askControlSocket(path, 'GET', '/status?of=me')).toEqual({
      ok: true,
      value: { status: 200, body: { asked: 'me' } },
    });
    expect(statSync(path).mode & 0o777).toBe(0o660);
    expect(statSync(`${path}.lock`).mode & 0o777).toBe(0o600);
  });
  it('answers an unknown path with 404, another method with 405 and a throwing one with 500, which it tells', async () => {
    const path = join(folder, 'c');
    const failed: unknown[] = [];
    const thrown = new Error('no x');
    const routes: Routes = {
      'POST /x': () => {
        throw thrown;
      },
      'GET /endless': () => ({ status: 200, body: { value: 1n } }),
    };
    const socket = await listenControlSocket(path, routes, (...told) => failed.push(told));
    if (socket.ok) opened.push(socket.value);
    const statusOf = async (method: 'GET' | 'POST', target: string) => {
      const answer = await askControlSocket(path, method, target);
      return answer.ok ? answer.value.status : answer.error;
    };
    expect(await statusOf('GET', '/y')).toBe(404);
    expect(await statusOf('GET', '/x')).toBe(405);
    expect(await statusOf('POST', '/x')).toBe(500);
    expect(await statusOf('GET', '/endless')).toBe(500);
    expect(failed).toEqual([
      ['POST /x', thrown],
      ['GET /endless', expect.any(TypeError)],
    ]);
  });
  it('refuses where a daemon answers already, and names it', async () => {
    const path = join(folder, 'c');
    await open(path);
    expect(await open(path)).toEqual({
      ok: false,
      error: `Cannot listen on ${path}: expected one daemon a control socket, got one that is running (pid ${process.pid})`,
    });
    expect(await askControlSocket(path, 'GET', '/ping')).toMatchObject({ ok: true });
  });
  it('takes the place of what a dead daemon left', async () => {
    const path = join(folder, 'c');
    expect(() => leaveStale(path)).toThrow();
    expect(lstatSync(path).isSocket()).toBe(true);
    expect((await open(path)).ok).toBe(true);
    expect(await askControlSocket(path, 'GET', '/ping')).toMatchObject({ ok: true });
  });
  it('leaves the place for the next one', async () => {
    const path = join(folder, 'c');
    for (let round = 0; round < 3; round += 1) {
      expect((await open(path)).ok).toBe(true);
      await opened.pop()?.close();
      expect(existsSync(path)).toBe(false);
    }
  });
  it('says so where the path cannot be used', async () => {
    writeFileSync(join(folder, 'file'), '');
    const long = join(folder, 'x'.repeat(108));
    for (const path of [join(folder, 'file', 'c'), long]) {
      expect(await open(path)).toMatchObject({
        ok: false,
        error: expect.stringContaining('Cannot listen on'),
      });
    }
  });
});

describe('what stands at the path of a control socket', () => {
  const target = () => join(folder, 'target');
  const kinds: readonly (readonly [string, (path: string) => void])[] = [
    ['a regular file', (path) => writeFileSync(path, 'precious')],
    ['a directory', (path) => mkdirSync(path)],
    ['a FIFO', (path) => execFileSync('mkfifo', [path])],
    [
      'a symbolic link',
      (path) => {
        writeFileSync(target(), 'precious');
        symlinkSync(target(), path);
      },
    ],
    ['a symbolic link', (path) => symlinkSync('/dev/null', path)],
    ['a symbolic link', (path) => symlinkSync(join(folder, 'nowhere'), path)],
  ];
  it.each(kinds)('%s stays, and is named', async (kind, make) => {
    const path = join(folder, 'c');
    make(path);
    const before = lstatSync(path);
    expect(await open(path)).toEqual({
      ok: false,
      error: `Cannot listen on ${path}: expected nothing there, or a socket that a dead daemon left, got ${kind}`,
    });
    expect(lstatSync(path)).toMatchObject({ ino: before.ino, mode: before.mode });
    if (before.isFile()) expect(readFileSync(path, 'utf8')).toBe('precious');
    if (existsSync(target())) expect(readFileSync(target(), 'utf8')).toBe('precious');
    rmSync(path, { recursive: true });
    expect((await open(path)).ok).toBe(true);
  });

  it.each(kinds)('%s in the place of the lock beside it stays, and is named', async (kind, make) => {
    if (kind === 'a regular file') return;
    const path = join(folder, 'c');
    make(`${path}.lock`);
    expect(await open(path)).toMatchObject({
      ok: false,
      error: expect.stringContaining(`expected a regular file at ${path}.lock, got ${kind}`),
    });
    if (existsSync(target())) expect(readFileSync(target(), 'utf8')).toBe('precious');
    expect(existsSync(path)).toBe(false);
  });

  it('a socket of a stranger who never answers stays', async () => {
    const path = join(folder, 'c');
    const server = createServer(() => {});
    await new Promise<void>((resolve) => server.listen(path, resolve));
    expect(await open(path)).toMatchObject({
      ok: false,
      error: expect.stringContaining('got a socket at which somebody listens'),
    });
    expect(lstatSync(path).isSocket()).toBe(true);
    await new Promise((resolve) => server.close(resolve));
  });

  it('a datagram socket that nobody reads any more is as good as one of a dead daemon', async () => {
    const path = join(folder, 'c');
    const bind = `import socket,sys; socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM).bind(sys.argv[1])`;
    execFileSync('python3', ['-c', bind, path]);
    const answer = await open(path);
    expect(answer.ok).toBe(true);
  });
});

describe('many that start at once', () => {
  it('make one that listens, in every round, also over what a dead one left', async () => {
    const path = join(folder, 'c');
    for (let round = 0; round < 60; round += 1) {
      if (round % 20 === 0) expect(() => leaveStale(path)).toThrow();
      const all = await Promise.all(
        Array.from({ length: 8 }, (_, at) =>
          listenControlSocket(path, { 'GET /who': () => ({ status: 200, body: { at } }) }),
        ),
      );
      const listening = all.flatMap((each, at) => (each.ok ? [{ at, socket: each.value }] : []));
      expect(listening).toHaveLength(1);
      for (const each of all) if (!each.ok) expect(each.error).toContain('got one that is running');
      expect(await askControlSocket(path, 'GET', '/who')).toEqual({
        ok: true,
        value: { status: 200, body: { at: listening[0]?.at } },
      });
      await listening[0]?.socket.close();
    }
  });
});
