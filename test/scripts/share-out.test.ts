import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { filesUnder, root } from '../tidy/sources.ts';

type ShareOut = (
  files: readonly string[],
  seconds: Readonly<Record<string, number>>,
  count: number,
) => readonly (readonly string[])[];
const { shareOut } = (await import(join(root, 'scripts/share-out.mjs'))) as { shareOut: ShareOut };

it('shares test files out so that all shares end together, as near as may be', () => {
  expect(shareOut(['a', 'b', 'c', 'd', 'e'], { a: 10, b: 50, c: 20, d: 15, e: 5 }, 2)).toEqual([
    ['b'],
    ['c', 'd', 'a', 'e'],
  ]);
});

it('takes a file that was never measured for one like others', () => {
  expect(shareOut(['old', 'new', 'short'], { old: 31, short: 1 }, 2)).toEqual([['old'], ['new', 'short']]);
});

it('leaves no file out, has none twice, and makes no empty share, which would be all tests', () => {
  const name = fc.stringMatching(/^[a-z]{1,3}\.ts$/);
  const some = fc.uniqueArray(name);
  fc.assert(
    fc.property(some, fc.dictionary(name, fc.nat(100)), fc.integer({ min: 1, max: 4 }), (files, s, n) => {
      const shares = shareOut(files, s, n);
      expect(shares).toHaveLength(Math.min(n, files.length));
      expect(shares.flat().sort()).toEqual([...files].sort());
    }),
  );
});

it('knows the seconds of tests that there are', () => {
  const seconds = JSON.parse(readFileSync(join(root, 'test/seconds.json'), 'utf8')) as Record<string, number>;
  expect(Object.keys(seconds).filter((file) => !existsSync(join(root, file)))).toEqual([]);
  const tests = filesUnder('test', (path) => path.endsWith('.test.ts'));
  expect(Object.keys(seconds).filter((file) => !tests.includes(file))).toEqual([]);
});
