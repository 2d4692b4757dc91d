// Writes test/seconds.json, by which files that take long are begun first (test/make/longest-first.ts) and lab kernels get
// their shares (scripts/test.mjs), from what the last run of `make test` measured (.lab/results). A file that did not
// run keeps its seconds, one that is gone loses its line. Of the unit tests, those that are worth it.
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { secondsOfFiles } from './times.mjs';

process.chdir(join(dirname(fileURLToPath(import.meta.url)), '..'));
const results = '.lab/results';
const read = (file) => JSON.parse(readFileSync(file, 'utf8'));
const reports = readdirSync(results)
  .filter((name) => name.endsWith('.json'))
  .map((name) => read(join(results, name)));

const known = 'test/seconds.json';
const worthKnowing = 3;
const seconds = { ...read(known), ...Object.fromEntries(secondsOfFiles(reports)) };
const lines = Object.entries(seconds)
  .filter(([file, each]) => existsSync(file) && (file.startsWith('test/lab/') || each >= worthKnowing))
  .sort(([a, one], [b, other]) => other - one || (a < b ? -1 : 1));
writeFileSync(known, `${JSON.stringify(Object.fromEntries(lines), undefined, 2)}\n`);
