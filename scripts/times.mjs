// What a run took, as people read it: a duration, and the slowest tests of vitest's JSON reports.
import { relative } from 'node:path';

/** "1 min 5 s" */
export function duration(ms) {
  const seconds = Math.round(ms / 1000);
  return seconds < 60 ? `${seconds} s` : `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}

/** @returns the `count` that took longest, longest first; those that were skipped took nothing */
export function slowestTests(reports, count) {
  return reports
    .flatMap(({ testResults }) => testResults)
    .flatMap(({ name: file, assertionResults }) =>
      assertionResults.map(({ fullName: name, duration: ms }) => ({ file, name, ms: ms ?? 0 })),
    )
    .sort((a, b) => b.ms - a.ms)
    .slice(0, count)
    .filter(({ ms }) => ms > 0)
    .map(({ file, name, ms }) => ({ file: relative('.', file), name, seconds: Math.round(ms / 1000) }));
}

/** @returns by file, what its tests took, from the first's begin to the last's end */
export const secondsOfFiles = (reports) =>
  new Map(
    reports
      .flatMap(({ testResults }) => testResults)
      .filter(({ assertionResults }) => assertionResults.some(({ status }) => status === 'passed'))
      .map(({ name, startTime, endTime }) => [
        relative('.', name),
        Math.max(1, Math.round((endTime - startTime) / 1000)),
      ]),
  );
