import { join, resolve } from 'node:path';
import { expect, it } from 'vitest';
import { root } from '../tidy/sources.ts';

type Report = {
  readonly testResults: readonly {
    readonly name: string;
    readonly startTime: number;
    readonly endTime: number;
    readonly assertionResults: readonly {
      readonly fullName: string;
      readonly status: string;
      readonly duration?: number;
    }[];
  }[];
};
type Times = {
  readonly duration: (ms: number) => string;
  readonly slowestTests: (reports: readonly Report[], count: number) => readonly object[];
  readonly secondsOfFiles: (reports: readonly Report[]) => ReadonlyMap<string, number>;
};
const { duration, slowestTests, secondsOfFiles } = (await import(join(root, 'scripts/times.mjs'))) as Times;

const report = (file: string, ...tests: readonly [name: string, ms: number | undefined][]): Report => ({
  testResults: [
    {
      name: resolve(file),
      startTime: 1000,
      endTime: 4600,
      assertionResults: tests.map(([fullName, ms]) =>
        ms === undefined ? { fullName, status: 'pending' } : { fullName, status: 'passed', duration: ms },
      ),
    },
  ],
});
const reports = [
  report('a.test.ts', ['quick', 300], ['slow', 61_000], ['skipped', undefined]),
  report('b.test.ts', ['slower', 90_000]),
  report('c.test.ts', ['skipped', undefined]),
];

it('reads a duration as people do', () => {
  expect([400, 59_400, 59_600, 3_661_000].map(duration)).toEqual(['0 s', '59 s', '1 min 0 s', '61 min 1 s']);
});

it('names the slowest tests of all reports, and none that was skipped', () => {
  expect(slowestTests(reports, 2)).toEqual([
    { file: 'b.test.ts', name: 'slower', seconds: 90 },
    { file: 'a.test.ts', name: 'slow', seconds: 61 },
  ]);
  expect(slowestTests(reports, 9)).toHaveLength(3);
});

it('knows what a file took that ran', () => {
  expect(secondsOfFiles(reports)).toEqual(
    new Map([
      ['a.test.ts', 4],
      ['b.test.ts', 4],
    ]),
  );
});
