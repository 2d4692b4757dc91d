// Writes test/lab/seconds.json, by which scripts/test.mjs shares the lab's files out, from what the last run of `make test`
// measured (.lab/results). A file that did not run keeps its seconds, one that is gone loses its line.
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { secondsOfFiles } from './times.mjs';

process.chdir(join(dirname(fileURLToPath(import.meta.url)), '..'));
const results = '.lab/results';
const read = (file) => JSON.parse(readFileSync(file, 'utf8'));
const reports = readdirSync(results)
  .filter((name) => /^lab-(net|ipvs|systemd)-.*\.json$/.test(name))
  .map((name) => read(join(results, name)));

const known = 'test/lab/seconds.json';
const seconds = { ...read(known), ...Object.fromEntries(secondsOfFiles(reports)) };
const lines = Object.entries(seconds)
  .filter(([file]) => existsSync(file))
  .sort(([a, one], [b, other]) => other - one || (a < b ? -1 : 1));
writeFileSync(known, `${JSON.stringify(Object.fromEntries(lines), undefined, 2)}\n`);
