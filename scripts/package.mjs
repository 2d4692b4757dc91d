// Packages of what is in dist/, by the tools of those who install them:
//   package.mjs deb           with a Node of its own: for every Debian since 10, and Ubuntu since 20.04
//   package.mjs deb-nodejs    for the `nodejs` that the distribution has, from 20.19 on
//   package.mjs rpm           with a Node of its own; rpm-nodejs for the distribution's
//   package.mjs npm           for npm, which needs neither a registry nor a compiler for it
// into dist-packages/ (or OUT). The same sources make the same bytes: times are SOURCE_DATE_EPOCH, or the last commit's.
// DIST is another build than dist/, VERSION another version than package.json's; COMPRESS=none makes a package for tests, in a second.
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { buildDeb } from './package/deb.mjs';
import { buildNpm } from './package/npm.mjs';
import { buildRpm } from './package/rpm.mjs';
import { nodeRuntime } from './package/runtime.mjs';
import { stage } from './package/tree.mjs';

const out = resolve(process.env.OUT ?? join(import.meta.dirname, '..', 'dist-packages'));
process.chdir(join(import.meta.dirname, '..'));
process.umask(0o022);

const kinds = {
  deb: (folder) => buildDeb(stage(folder, nodeRuntime()), out),
  'deb-nodejs': (folder) => buildDeb(stage(folder), out),
  rpm: (folder) => buildRpm(stage(folder, nodeRuntime()), out),
  'rpm-nodejs': (folder) => buildRpm(stage(folder), out),
  npm: (folder) => buildNpm(folder, out),
};

const wanted = process.argv[2];
const make = Object.hasOwn(kinds, wanted ?? '') ? kinds[wanted] : undefined;
if (make === undefined) {
  console.error(`Cannot package: expected ${Object.keys(kinds).join(', ')}, got ${wanted ?? 'nothing'}`);
  process.exit(2);
}
mkdirSync(out, { recursive: true });
const folder = mkdtempSync(join(tmpdir(), 'lvs-director-package-'));
try {
  console.log(make(folder));
} finally {
  rmSync(folder, { recursive: true, force: true });
}
