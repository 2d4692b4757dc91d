// Datagrams to a real socket of this host: one that reads, one that does not, one that is gone.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  AF_UNIX,
  bindDescriptor,
  closeDescriptor,
  openSocket,
  receiveFrom,
  SOCK_DGRAM,
} from '../../../src/system/libc.ts';
import { openLogDatagrams } from '../../../src/system/sockets/log-datagrams.ts';
import { unixAddress } from '../../../src/system/unix-address.ts';

let folder: string;
let path: string;
let reader: number | undefined;

function listen(): void {
  const opened = openSocket(AF_UNIX, SOCK_DGRAM, 0);
  if (!opened.ok) throw new Error(opened.error);
  rmSync(path, { force: true });
  expect(bindDescriptor(opened.value, unixAddress(path) ?? new Uint8Array()).ok).toBe(true);
  reader = opened.value;
}
function hangUp(): void {
  if (reader !== undefined) closeDescriptor(reader);
  reader = undefined;
}
function read(): readonly string[] {
  const into = new Uint8Array(200_000);
  const from = new Uint8Array(110);
  const found: string[] = [];
  for (;;) {
    const length = receiveFrom(reader ?? -1, into, from);
    if (!length.ok) return found;
    found.push(Buffer.from(into.subarray(0, length.value)).toString());
  }
}
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'datagrams-'));
  path = join(folder, 'log');
});
afterEach(() => {
  hangUp();
  rmSync(folder, { recursive: true });
});

const lines = (...texts: readonly string[]) => texts.map((text) => Buffer.from(text));
const numbers = Array.from({ length: 5000 }, (_, index) => `${index}`);

describe('datagrams to a socket of this host', () => {
  it('are lines, one each, up to what the journal is sent', async () => {
    listen();
    const transport = openLogDatagrams(path);
    expect(await transport.send(lines('one', 'zwö', 'x'.repeat(100_100)))).toBe(3);
    expect(read()).toEqual(['one', 'zwö', 'x'.repeat(100_100)]);
    transport.close();
  });

  it('wait for nobody: a reader that stands still takes some, and the rest when it reads', async () => {
    listen();
    const transport = openLogDatagrams(path);
    const first = await transport.send(lines(...numbers));
    expect(first).toBeGreaterThan(0);
    expect(first).toBeLessThan(numbers.length);
    expect(await transport.send(lines('no room'))).toBe(0);
    expect(read()).toEqual(numbers.slice(0, first));
    expect(await transport.send(lines('room'))).toBe(1);
    transport.close();
  });

  it('are refused where nobody listens, and go on once somebody does', async () => {
    const transport = openLogDatagrams(path);
    await expect(transport.send(lines('one'))).rejects.toMatchObject({ code: 'ENOENT' });
    listen();
    expect(await transport.send(lines('two'))).toBe(1);
    hangUp();
    await expect(transport.send(lines('three'))).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    listen();
    expect(await transport.send(lines('four'))).toBe(1);
    expect(read()).toEqual(['four']);
    transport.close();
  });

  it('count as taken up to the one that is too long for a socket', async () => {
    listen();
    const transport = openLogDatagrams(path);
    const huge = 'x'.repeat(20 * 1024 * 1024);
    expect(await transport.send(lines('one', huge, 'two'))).toBe(1);
    await expect(transport.send(lines(huge, 'two'))).rejects.toMatchObject({ code: 'EMSGSIZE' });
    expect(await transport.send(lines('two'))).toBe(1);
    expect(read()).toEqual(['one', 'two']);
    transport.close();
  });

  it('need a path that a socket can have', async () => {
    await expect(openLogDatagrams(`/${'x'.repeat(120)}`).send(lines('one'))).rejects.toMatchObject({
      code: 'ENAMETOOLONG',
    });
  });
});
