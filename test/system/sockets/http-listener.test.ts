import { connect } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import type { Endpoint } from '../../../src/net/endpoint.ts';
import { type Ip, ip } from '../../../src/net/ip.ts';
import type { Routes } from '../../../src/ports/control.ts';
import { type HttpListener, listenHttp } from '../../../src/system/sockets/http-listener.ts';

const open: HttpListener[] = [];
afterEach(() => Promise.all(open.splice(0).map(({ close }) => close())));

const answer = () => ({ status: 200, body: { said: 'x' } });
const routes: Routes = { 'GET /healthz': answer, 'HEAD /healthz': answer };
const at = (port: number, address: Ip = ip('127.0.0.1')): Endpoint => ({ address, port });

async function listen(where: Endpoint) {
  const result = await listenHttp(where, routes, () => {});
  if (result.ok) open.push(result.value);
  return result;
}
/** One that is free now. */
async function listenSomewhere(): Promise<number> {
  for (let port = 20_000 + Math.floor(Math.random() * 10_000); ; port += 1)
    if ((await listen(at(port))).ok) return port;
}
const get = (port: number, init: RequestInit = {}, path = '/healthz') =>
  fetch(`http://127.0.0.1:${port}${path}`, init).then(async (response) => [
    response.status,
    await response.text(),
  ]);

describe('a listener', () => {
  it('answers GET with a body and HEAD without, and nothing else', async () => {
    const port = await listenSomewhere();
    expect(await get(port)).toEqual([200, '{"said":"x"}\n']);
    expect(await get(port, { method: 'HEAD' })).toEqual([200, '']);
    expect((await get(port, { method: 'POST' }))[0]).toBe(405);
    expect((await get(port, { method: 'DELETE' }))[0]).toBe(405);
    expect((await get(port, {}, '/status'))[0]).toBe(404);
  });

  it('says why it cannot be one', async () => {
    const port = await listenSomewhere();
    expect(await listen(at(port))).toEqual({
      ok: false,
      error: { taken: true, reason: 'another program listens there (EADDRINUSE)' },
    });
    expect(await listen(at(port, ip('192.0.2.1')))).toEqual({
      ok: false,
      error: { taken: false, reason: 'this host has no such address now (EADDRNOTAVAIL)' },
    });
  });

  it('lets go of its port at once, while whoever is there stays', async () => {
    const port = await listenSomewhere();
    const there = connect(port, '127.0.0.1');
    await new Promise((resolve) => there.once('connect', resolve));
    await new Promise((resolve) => setImmediate(resolve));
    open[0]?.release();
    expect((await listen(at(port))).ok).toBe(true);
    expect((await get(port))[0]).toBe(200);
    expect(there.destroyed).toBe(false);
    there.destroy();
  });

  it('ends whoever is there when it is closed', async () => {
    const port = await listenSomewhere();
    const there = connect(port, '127.0.0.1').on('error', () => {});
    const ended = new Promise((resolve) => there.once('close', resolve));
    await new Promise((resolve) => there.once('connect', resolve));
    await get(port);
    await open[0]?.close();
    await ended;
    await expect(get(port)).rejects.toThrow();
  });
});
