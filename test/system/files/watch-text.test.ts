import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { FileContent } from '../../../src/ports/discovery.ts';
import { watchText } from '../../../src/system/files/watch-text.ts';

let folder: string;
let told: FileContent[];
let stop: () => void;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'watch-'));
  told = [];
  stop = () => {};
});
afterEach(() => {
  stop();
  rmSync(folder, { recursive: true, force: true });
});

const path = (name: string) => join(folder, name);
const watch = (name: string) => {
  stop = watchText(path(name), (content) => told.push(content));
};
const tells = (content: FileContent) =>
  vi.waitFor(() => expect(told.at(-1)).toEqual(content), { timeout: 60_000, interval: 10 });

describe('a file that is watched', () => {
  it('is told of at once, and whenever it is written, and not when nothing changes', async () => {
    writeFileSync(path('f'), 'one');
    watch('f');
    await tells({ text: 'one' });
    writeFileSync(path('f'), 'two');
    await tells({ text: 'two' });
    writeFileSync(path('f'), 'two');
    writeFileSync(path('other'), 'x');
    await new Promise((resolve) => setTimeout(resolve, 1200));
    expect(told).toHaveLength(2);
  });

  it('is followed through a rename over it', async () => {
    writeFileSync(path('f'), 'one');
    watch('f');
    await tells({ text: 'one' });
    writeFileSync(path('f.new'), 'two');
    renameSync(path('f.new'), path('f'));
    await tells({ text: 'two' });
  });

  it('is followed through the swap of a link beside it, as Kubernetes mounts a ConfigMap', async () => {
    for (const [version, text] of [
      ['1', 'one'],
      ['2', 'two'],
    ] as const) {
      mkdirSync(path(version));
      writeFileSync(path(`${version}/f`), text);
    }
    symlinkSync('1', path('..data'));
    symlinkSync('..data/f', path('f'));
    watch('f');
    await tells({ text: 'one' });
    symlinkSync('2', path('..new'));
    renameSync(path('..new'), path('..data'));
    await tells({ text: 'two' });
  });

  it('may come later, with its folder, and go, and come again', async () => {
    watch('later/f');
    await tells({ problem: 'a readable file, got ENOENT (no such file)' });
    mkdirSync(path('later'));
    writeFileSync(path('later/f'), 'one');
    await tells({ text: 'one' });
    rmSync(path('later'), { recursive: true });
    await tells({ problem: 'a readable file, got ENOENT (no such file)' });
    mkdirSync(path('later'));
    writeFileSync(path('later/f'), 'two');
    await tells({ text: 'two' });
  });

  it('is not read where it is too long, a pipe or a folder', async () => {
    writeFileSync(path('long'), 'x'.repeat(1_048_577));
    watch('long');
    await tells({ problem: 'at most 1048576 bytes, got 1048577' });
    stop();
    execFileSync('mkfifo', [path('pipe')]);
    watch('pipe');
    await tells({ problem: 'a regular file, got a FIFO' });
    stop();
    mkdirSync(path('folder'));
    watch('folder');
    await tells({ problem: 'a regular file, got a directory' });
  });

  it('is not told of any more when that ends', async () => {
    writeFileSync(path('f'), 'one');
    watch('f');
    await tells({ text: 'one' });
    stop();
    writeFileSync(path('f'), 'two');
    await new Promise((resolve) => setTimeout(resolve, 1200));
    expect(told).toHaveLength(1);
  });
});
