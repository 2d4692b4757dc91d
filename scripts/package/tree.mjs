// The tree of a package: what `make install` puts into a root (scripts/install.sh), without what a package has no use for, and
// with one time on every file. What a format adds (control files, a changelog) is its own.
import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  chmodSync,
  cpSync,
  existsSync,
  lutimesSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { withRuntime } from './sbom.mjs';

const documents = 'usr/share/doc/lvs-director';

/**
 * @param runtime the Node that it brings with it; without, that of the distribution
 * @returns {{ root: string, version: string, epoch: number, runtime: object | undefined }}
 */
export function stage(folder, runtime) {
  const root = join(folder, 'root');
  execFileSync('scripts/install.sh', {
    env: {
      ...{ PATH: process.env.PATH, DIST: process.env.DIST ?? 'dist', DESTDIR: root },
      ...(runtime === undefined ? { NODE: '/usr/bin/node' } : { RUNTIME: runtime.binary }),
    },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  // The first one is made of the example by the scripts of the package: from then on it is the administrator's.
  rmSync(join(root, 'etc/lvs-director/lvs-director.yaml'));
  leaveOut(root);
  const library = join(root, 'usr/lib/lvs-director');
  for (const script of ['after-install.sh', 'share-config.sh', 'restart.sh']) {
    cpSync(join('packaging', script), join(library, script));
    chmodSync(join(library, script), 0o755);
  }
  for (const page of filesIn(join(root, 'usr/share/man'))) {
    writeGzip(`${page}.gz`, readFileSync(page));
    rmSync(page);
  }
  if (runtime !== undefined) tellOfRuntime(root, runtime);
  makeCodeCache(library, runtime);
  const { version } = JSON.parse(readFileSync('package.json', 'utf8'));
  return { root, version: process.env.VERSION ?? version, epoch: epochOf(), runtime };
}

/** Of the Node that comes with it: it makes the same bytes each time. For another one it is made where it is installed. */
function makeCodeCache(library, runtime) {
  rmSync(join(library, 'dist/code-cache'), { recursive: true, force: true });
  if (runtime === undefined) return;
  execFileSync(join(library, 'node'), [join(library, 'dist/code-cache.cjs')], { stdio: 'inherit', env: {} });
}

/** What is told of the parts of the build is told of the Node that comes with it as well. */
function tellOfRuntime(root, runtime) {
  const sbom = join(root, documents, 'sbom.cdx.json');
  writeFileSync(sbom, withRuntime(readFileSync(sbom, 'utf8'), runtime));
  const head = `\n${'-'.repeat(78)}\n\nNode.js ${runtime.version} and its parts\n\n`;
  appendFileSync(join(root, documents, 'third-party-notices.txt'), `${head}${runtime.license}`);
}

/** Binaries for another C library, symbols, and a copy of the licence, which has its place in each format. */
function leaveOut(root) {
  const library = join(root, 'usr/lib/lvs-director');
  rmSync(join(library, 'LICENSE'));
  for (const path of filesIn(join(library, 'dist/node_modules'))) {
    if (/\/musl_[^/]+\//.test(path) || path.endsWith('.musl.node')) rmSync(path);
    else if (path.endsWith('.node')) execFileSync('strip', ['--strip-unneeded', path]);
    if (existsSync(path)) chmodSync(path, 0o644);
  }
  for (const path of foldersIn(library))
    if (readdirSync(path).length === 0) rmSync(path, { recursive: true });
}

/** Seconds since 1970 that stand on every file: reproducible-builds.org, "SOURCE_DATE_EPOCH". */
export function epochOf() {
  if (process.env.SOURCE_DATE_EPOCH !== undefined) return Number(process.env.SOURCE_DATE_EPOCH);
  try {
    const said = execFileSync('git', ['log', '-1', '--format=%ct'], { encoding: 'utf8', stdio: 'pipe' });
    return Number(said);
  } catch {
    return Math.floor(statSync('package.json').mtimeMs / 1000);
  }
}

const entriesIn = (folder) =>
  readdirSync(folder, { recursive: true, withFileTypes: true }).map((entry) => ({
    path: join(entry.parentPath, entry.name),
    entry,
  }));

/** Regular files, in order; links are none. */
export const filesIn = (folder) =>
  entriesIn(folder)
    .filter(({ entry }) => entry.isFile())
    .map(({ path }) => path)
    .sort();

export const linksIn = (folder) =>
  entriesIn(folder)
    .filter(({ entry }) => entry.isSymbolicLink())
    .map(({ path }) => path)
    .sort();

/** The deepest first. */
export const foldersIn = (folder) =>
  entriesIn(folder)
    .filter(({ entry }) => entry.isDirectory())
    .map(({ path }) => path)
    .sort()
    .reverse();

/** As gzip -9n: without a name and a time. */
export const writeGzip = (path, text) => writeFileSync(path, gzipSync(text, { level: 9 }));

/** Every file, folder and link gets the time. */
export function settleTimes(root, epoch) {
  for (const { path } of entriesIn(root)) lutimesSync(path, epoch, epoch);
  lutimesSync(root, epoch, epoch);
}
