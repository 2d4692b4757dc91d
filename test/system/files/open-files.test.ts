import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { openFilesMax } from '../../../src/system/files/open-files.ts';

const folder = mkdtempSync(join(tmpdir(), 'open-files-'));
afterAll(() => rmSync(folder, { recursive: true }));

function limits(soft: string): string {
  const file = join(folder, soft);
  writeFileSync(
    file,
    `Limit                     Soft Limit           Hard Limit           Units     \nMax open files            ${soft.padEnd(20)} 524288               files     \n`,
  );
  return file;
}

it('the limit of open files is the soft one, which is what open(2) heeds', () => {
  expect(openFilesMax(limits('65536'))).toBe(65536);
});

it('may be none at all', () => {
  expect(openFilesMax(limits('unlimited'))).toBe(Number.POSITIVE_INFINITY);
});

it('is taken to be the customary one where nothing tells', () => {
  expect(openFilesMax(join(folder, 'nowhere'))).toBe(1024);
});

it('of this process is known', () => {
  expect(openFilesMax()).toBeGreaterThan(100);
});
