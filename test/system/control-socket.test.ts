import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Routes } from '../../src/ports/control.ts';
import {
  askControlSocket,
  type ControlSocket,
  listenControlSocket,
} from '../../src/system/control-socket.ts';

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
  const socket = await listenControlSocket(path, routes);
  if (socket.ok) opened.push(socket.value);
  return socket;
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
  });
  it('answers an unknown path with 404 and a throwing one with 500', async () => {
    const path = join(folder, 'c');
    const routes: Routes = {
      'POST /x': () => {
        throw new Error('no x');
      },
    };
    await open(path, routes);
    expect(
      (await askControlSocket(path, 'GET', '/x')).ok && (await askControlSocket(path, 'GET', '/x')),
    ).toMatchObject({ value: { status: 404 } });
    expect(await askControlSocket(path, 'POST', '/x')).toMatchObject({
      value: { status: 500, body: { error: 'no x' } },
    });
  });
  it('refuses where a daemon answers already', async () => {
    const path = join(folder, 'c');
    await open(path);
    expect(await open(path)).toMatchObject({
      ok: false,
      error: expect.stringContaining('one that is running'),
    });
    expect(await askControlSocket(path, 'GET', '/ping')).toMatchObject({ ok: true });
  });
  it('takes the place of what a dead daemon left', async () => {
    const path = join(folder, 'c');
    writeFileSync(path, '');
    expect((await open(path)).ok).toBe(true);
  });
  it('says so where the path cannot be used', async () => {
    writeFileSync(join(folder, 'file'), '');
    expect(await open(join(folder, 'file', 'c'))).toMatchObject({
      ok: false,
      error: expect.stringContaining('Cannot listen on'),
    });
  });
});
