// A FIFO on the file system: made or found, written to without a reader, refused where it is something else.
import { spawnSync } from 'node:child_process';
import {
  closeSync,
  constants,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  readSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Fifo } from '../../../src/ports/fifo.ts';
import { openFifo } from '../../../src/system/files/notify-fifo.ts';

let folder: string;
let path: string;
let fifo: Fifo | undefined;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'fifo-'));
  path = join(folder, 'fifo');
});
afterEach(() => {
  fifo?.close();
  fifo = undefined;
  rmSync(folder, { recursive: true });
});

function opened(owner?: string): Fifo {
  const result = openFifo(path, owner);
  if (!result.ok) throw new Error(result.error);
  expect(result.value.unowned).toBe(undefined);
  fifo = result.value.fifo;
  return fifo;
}

function read(): string {
  const fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  const buffer = Buffer.alloc(1 << 20);
  const text = buffer.toString('latin1', 0, readSync(fd, buffer));
  closeSync(fd);
  return text;
}

describe('a FIFO', () => {
  it('is made for its owner alone, holds what nobody reads yet, and is taken away at the end', () => {
    const made = opened(userInfo().username);
    expect(statSync(path).mode.toString(8)).toBe(process.getuid?.() === 0 ? '10600' : '10640');
    expect([made.write('a\n'), made.write('b\n')]).toEqual(['written', 'written']);
    expect(read()).toBe('a\nb\n');
    made.close();
    fifo = undefined;
    expect(existsSync(path)).toBe(false);
  });

  it('that was there is taken as it is, and left', () => {
    spawnSync('mkfifo', ['-m', '622', path]);
    opened(userInfo().username).close();
    fifo = undefined;
    expect(statSync(path).mode.toString(8)).toBe('10622');
  });

  it('that is full takes no part of a line', () => {
    const made = opened();
    const line = `${'x'.repeat(99)}\n`;
    let written = 0;
    while (made.write(line) === 'written') written += 1;
    expect(made.write(line)).toBe('full');
    expect(read()).toBe(line.repeat(written));
    expect(made.write(line)).toBe('written');
  });

  it('is known to be gone when it is, or when another is there', () => {
    const made = opened();
    expect(made.isGone()).toBe(false);
    renameSync(path, `${path}2`);
    expect(made.isGone()).toBe(true);
    writeFileSync(path, '');
    expect(made.isGone()).toBe(true);
    made.close();
    fifo = undefined;
    // What is there now is another's.
    expect(existsSync(path)).toBe(true);
  });

  it.each([
    ['a regular file', () => writeFileSync(path, 'mine')],
    ['a directory', () => mkdirSync(path)],
    ['a symbolic link', () => symlinkSync('/dev/null', path)],
  ])('is not opened where %s stands', (what, make) => {
    make();
    expect(openFifo(path, undefined)).toEqual({ ok: false, error: `expected a FIFO, got ${what}` });
    if (what === 'a regular file') expect(readFileSync(path, 'utf8')).toBe('mine');
  });

  it('says why it cannot be made, and for whom', () => {
    expect(openFifo(join(folder, 'no', 'fifo'), undefined)).toEqual({
      ok: false,
      error: 'expected a folder in which to make it, got ENOENT',
    });
    const result = openFifo(path, 'nobody-such');
    expect(result.ok && result.value.unowned).toBe('expected a user of this host, got nobody-such');
    if (result.ok) fifo = result.value.fifo;
  });
});
