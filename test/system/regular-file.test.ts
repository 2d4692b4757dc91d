import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openRegularFile, readRegularFile } from '../../src/system/regular-file.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'regular-'));
});
afterEach(() => rmSync(folder, { recursive: true }));
const at = (name: string) => join(folder, name);

describe('readRegularFile', () => {
  it.each([0, 1, 65_535, 65_536, 65_537, 200_000])('reads a file of %d bytes whole', (size) => {
    const bytes = Buffer.alloc(size, 'abc');
    writeFileSync(at('f'), bytes);
    const read = readRegularFile(at('f'), 200_000);
    expect(read.ok && read.value.equals(bytes)).toBe(true);
  });

  it('reads a file of /proc, whose size is said to be 0, and bounds it as well', () => {
    const read = readRegularFile('/proc/self/status', 1_000_000);
    expect(read.ok && read.value.toString()).toContain('Name:');
    expect(readRegularFile('/proc/self/status', 10)).toMatchObject({
      ok: false,
      error: { code: 'too_large', problem: 'at most 10 bytes, got more' },
    });
  });

  it('refuses more than it may take without reading it', () => {
    execFileSync('truncate', ['-s', '300M', at('f')]);
    const before = process.memoryUsage().rss;
    expect(readRegularFile(at('f'), 1000)).toMatchObject({ ok: false, error: { code: 'too_large' } });
    expect(process.memoryUsage().rss - before).toBeLessThan(100e6);
  });

  it.each([
    ['a FIFO', () => execFileSync('mkfifo', [at('f')])],
    ['a directory', () => mkdirSync(at('f'))],
    ['a device', () => symlinkSync('/dev/zero', at('f'))],
  ])('refuses %s at once', (kind, make) => {
    make();
    expect(readRegularFile(at('f'), 1000)).toEqual({
      ok: false,
      error: { code: 'not_regular', problem: `a regular file, got ${kind}` },
    });
  });

  it('refuses what a link leads to', () => {
    execFileSync('mkfifo', [at('fifo')]);
    symlinkSync(at('fifo'), at('f'));
    expect(readRegularFile(at('f'), 10)).toMatchObject({
      error: { problem: 'a regular file, got a FIFO' },
    });
  });

  it('refuses a socket', async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(at('f'), resolve));
    const read = readRegularFile(at('f'), 1000);
    await new Promise((resolve) => server.close(resolve));
    expect(read).toMatchObject({ ok: false, error: { problem: 'a regular file, got a socket' } });
  });

  it('follows links, or refuses them where that is asked for', () => {
    writeFileSync(at('f'), 'x');
    symlinkSync(at('f'), at('link'));
    expect(readRegularFile(at('link'), 10)).toMatchObject({ ok: true });
    expect(openRegularFile(at('link'), 'refuse')).toMatchObject({
      ok: false,
      error: { problem: 'a regular file, got a symbolic link' },
    });
  });

  it('names what the system says of a missing one', () =>
    expect(readRegularFile(at('f'), 10)).toEqual({
      ok: false,
      error: { code: 'ENOENT', problem: 'a readable file, got ENOENT' },
    }));
});
