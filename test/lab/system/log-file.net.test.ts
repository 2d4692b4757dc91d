// A log file on a disk of some kilobytes that is full and has room again: no line is there twice, or by half, or not at all.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { LogTransport } from '../../../src/ports/log-sink.ts';
import { openLogFile } from '../../../src/system/files/log-file.ts';

let disk: string;
let path: string;
beforeEach(() => {
  disk = mkdtempSync(join(tmpdir(), 'disk-'));
  path = join(disk, 'a.log');
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', disk]);
});
afterEach(() => {
  execFileSync('umount', ['-l', disk]);
  rmSync(disk, { recursive: true });
});

/** As `daemon/log/queued-sink.ts` sends them: what was taken goes, what was not is tried again. */
const all = Array.from({ length: 60 }, (_, n) => Buffer.from(`${n} ${'x'.repeat(1000)}\n`));
const fill = () => execFileSync('sh', ['-c', `cat /dev/zero >${disk}/fill 2>/dev/null || true`]);

async function send(file: ReturnType<typeof openLogFile>, from: number): Promise<number> {
  let at = from;
  while (at < all.length) {
    const taken = await file.send(all.slice(at, at + 10)).catch((error: NodeJS.ErrnoException) => error.code);
    if (typeof taken !== 'number') {
      expect(taken).toBe('ENOSPC');
      return at;
    }
    at += taken;
  }
  return at;
}

it('is whole, and in order, however often the disk was full', async () => {
  const file = openLogFile(path);
  let at = 0;
  for (let kilobytes = 52; kilobytes >= 0; kilobytes -= 4) {
    writeFileSync(join(disk, 'fill'), '');
    fill();
    truncateSync(join(disk, 'fill'), kilobytes * 1024);
    at = await send(file, at);
  }
  rmSync(join(disk, 'fill'));
  expect(at).toBeGreaterThan(10);
  expect(await send(file, at)).toBe(all.length);
  expect(readFileSync(path, 'utf8')).toBe(Buffer.concat(all).toString());
});

it.each([
  [
    'somebody else has written behind them',
    (file: LogTransport) => {
      writeFileSync(path, 'theirs', { flag: 'a' });
      return file;
    },
  ],
  ['another run goes on with it', () => openLogFile(path)],
])('has its halves on lines of their own where %s', async (_, happens) => {
  const file = openLogFile(path);
  fill();
  truncateSync(join(disk, 'fill'), 50 * 1024);
  const at = await send(file, 0);
  expect(at).toBeLessThan(all.length);
  truncateSync(join(disk, 'fill'), 46 * 1024);
  const then = happens(file);
  fill();
  // The second time there is no room for a byte.
  const later = await send(then, await send(then, at));
  expect(later).toBeLessThan(all.length);
  rmSync(join(disk, 'fill'));
  await send(then, later);
  const said = readFileSync(path, 'utf8').split('\n');
  expect(said.filter((line) => /^\d+ x{1000}$/.test(line))).toEqual(
    all.map((line) => line.toString().trimEnd()),
  );
});
