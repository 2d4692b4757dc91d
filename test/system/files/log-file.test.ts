import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openLogFile } from '../../../src/system/files/log-file.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'log-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const fail = {
  onFailed: (error: Error) => {
    throw error;
  },
  onLost: (lines: number) => {
    throw new Error(`lost ${lines}`);
  },
};

describe('openLogFile', () => {
  it('appends every line in order', async () => {
    const path = join(folder, 'a.log');
    const file = openLogFile(path, fail);
    for (let index = 0; index < 1000; index++) file.write(`${index}\n`, 'info');
    await file.close();
    expect(readFileSync(path, 'utf8')).toBe(
      Array.from({ length: 1000 }, (_, index) => `${index}\n`).join(''),
    );
  });
  it('waits for nobody to read what is no file: it says so, and others have their turn', async () => {
    const path = join(folder, 'fifo');
    execFileSync('mkfifo', [path]);
    const failed = new Promise<Error>((resolve) => {
      const file = openLogFile(path, { ...fail, onFailed: resolve });
      file.write('one\n', 'info');
    });
    expect(await failed).toMatchObject({ code: 'ENXIO' });
  });
  it('goes on in a new file when logrotate has moved the old one away', async () => {
    const path = join(folder, 'a.log');
    const file = openLogFile(path, fail);
    file.write('one\n', 'info');
    await file.close();
    renameSync(path, `${path}.moved`);
    file.write('two\n', 'info');
    await file.close();
    expect(readFileSync(path, 'utf8')).toBe('two\n');
  });
  it('rotates by size and keeps five', async () => {
    const path = join(folder, 'a.log');
    for (let index = 1; index <= 5; index++) writeFileSync(`${path}.${index}`, `old ${index}`);
    writeFileSync(path, Buffer.alloc(10 * 1024 * 1024));
    const file = openLogFile(path, fail);
    file.write('new\n', 'info');
    await file.close();
    expect(readFileSync(path, 'utf8')).toBe('new\n');
    expect(statSync(`${path}.1`).size).toBe(10 * 1024 * 1024);
    expect(readFileSync(`${path}.5`, 'utf8')).toBe('old 4');
    expect(existsSync(`${path}.6`)).toBe(false);
  });
  it('leaves out what its queue does not hold, and tells how much, once', async () => {
    const path = join(folder, 'a.log');
    const losses: number[] = [];
    const file = openLogFile(path, { ...fail, onLost: (lines) => void losses.push(lines) });
    for (let index = 0; index < 10_123; index++) file.write(`${index}\n`, 'info');
    await file.close();
    const written = readFileSync(path, 'utf8').trim().split('\n');
    expect([written.length, losses.reduce((sum, each) => sum + each, 0)]).toEqual([10_001, 122]);
    file.write('more\n', 'info');
    await file.close();
    expect(readFileSync(path, 'utf8').endsWith('\nmore\n')).toBe(true);
    expect(losses).toHaveLength(1);
  });
  it('reports a full disk', async () => {
    const errors: string[] = [];
    const file = openLogFile('/dev/full', { ...fail, onFailed: (error) => void errors.push(error.message) });
    file.write('x\n', 'info');
    await file.close();
    expect(errors.join()).toContain('ENOSPC');
  });
});
