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

const lines = (...texts: readonly string[]) => texts.map((text) => Buffer.from(`${text}\n`));

describe('openLogFile', () => {
  it('appends every line in order', async () => {
    const path = join(folder, 'a.log');
    const file = openLogFile(path);
    expect(await file.send(lines('one', 'two'))).toBe(2);
    await file.send(lines('three'));
    expect(readFileSync(path, 'utf8')).toBe('one\ntwo\nthree\n');
  });
  it('waits for nobody to read what is no file: it says so, and others have their turn', async () => {
    const path = join(folder, 'fifo');
    execFileSync('mkfifo', [path]);
    await expect(openLogFile(path).send(lines('one'))).rejects.toMatchObject({ code: 'ENXIO' });
  });
  it('goes on in a new file when logrotate has moved the old one away', async () => {
    const path = join(folder, 'a.log');
    const file = openLogFile(path);
    await file.send(lines('one'));
    renameSync(path, `${path}.moved`);
    await file.send(lines('two'));
    expect(readFileSync(path, 'utf8')).toBe('two\n');
  });
  it('rotates by size and keeps five', async () => {
    const path = join(folder, 'a.log');
    for (let index = 1; index <= 5; index++) writeFileSync(`${path}.${index}`, `old ${index}`);
    writeFileSync(path, Buffer.alloc(10 * 1024 * 1024));
    await openLogFile(path).send(lines('new'));
    expect(readFileSync(path, 'utf8')).toBe('new\n');
    expect(statSync(`${path}.1`).size).toBe(10 * 1024 * 1024);
    expect(readFileSync(`${path}.5`, 'utf8')).toBe('old 4');
    expect(existsSync(`${path}.6`)).toBe(false);
  });
  it.each([
    ['half a line', '{"half', '{"half\none\ntwo\n'],
    ['a line', 'whole\n', 'whole\none\ntwo\n'],
    ['nothing', '', 'one\ntwo\n'],
  ])('goes on behind %s of an earlier run', async (_, before, after) => {
    const path = join(folder, 'a.log');
    writeFileSync(path, before);
    const file = openLogFile(path);
    await file.send(lines('one'));
    await file.send(lines('two'));
    expect(readFileSync(path, 'utf8')).toBe(after);
  });
  it('fails where the disk is full', async () => {
    await expect(openLogFile('/dev/full').send(lines('x'))).rejects.toMatchObject({ code: 'ENOSPC' });
  });
});
