// Against a real datagram socket of the kernel, opened through the C library as no Node API has one.
import { mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createNotify } from '../../../src/system/host/notify.ts';
import { closeDescriptor, openSocket } from '../../../src/system/libc.ts';

const AF_UNIX = 1;
const SOCK_DGRAM = 2;
const koffi = createRequire(import.meta.url)('koffi') as typeof import('koffi');
const library = koffi.load(null);
const bind = library.func('int bind(int, const void *, uint32_t)');
const recv = library.func('long recv(int, _Out_ uint8_t *, size_t, int)');

let folder: string;
let descriptor: number;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'notify-'));
  const opened = openSocket(AF_UNIX, SOCK_DGRAM, 0);
  if (!opened.ok) throw new Error(opened.error);
  descriptor = opened.value;
});
afterEach(() => {
  closeDescriptor(descriptor);
  rmSync(folder, { recursive: true });
});

function listenOn(path: string): void {
  const address = Buffer.concat([new Uint8Array(Uint16Array.of(AF_UNIX).buffer), Buffer.from(path)]);
  if (bind(descriptor, address, address.byteLength) !== 0) throw new Error(`bind: ${koffi.errno()}`);
}

function received(): string | undefined {
  const buffer = new Uint8Array(512);
  const length = Number(recv(descriptor, buffer, buffer.byteLength, 0));
  return length < 0 ? undefined : Buffer.from(buffer.subarray(0, length)).toString();
}

describe('sd_notify', () => {
  it('speaks to a path', () => {
    listenOn(`${folder}/socket\0`);
    createNotify(`${folder}/socket`).ready('2 services');
    expect(received()).toBe('READY=1\nSTATUS=2 services');
  });

  it('speaks to an abstract name', () => {
    listenOn(`\0lvs-director-${process.pid}`);
    const notify = createNotify(`@lvs-director-${process.pid}`);
    notify.stopping();
    notify.watchdog();
    notify.status('two\nlines');
    notify.extendTimeout(15_000);
    expect([received(), received(), received(), received()]).toEqual([
      'STOPPING=1',
      'WATCHDOG=1',
      'STATUS=two lines',
      'EXTEND_TIMEOUT_USEC=15000000',
    ]);
  });

  it('says since when it reloads, as Type=notify-reload demands', () => {
    listenOn(`${folder}/socket\0`);
    createNotify(`${folder}/socket`).reloading();
    expect(received()).toMatch(/^RELOADING=1\nMONOTONIC_USEC=\d+$/);
  });

  it('does nothing without a socket, or with one that is not there', () => {
    expect(() => createNotify(undefined).ready()).not.toThrow();
    expect(() => createNotify('/nowhere/socket').ready()).not.toThrow();
    expect(() => createNotify('vsock:2:1234').ready()).not.toThrow();
    expect(() => createNotify(`/${'x'.repeat(200)}`).ready()).not.toThrow();
  });
});
