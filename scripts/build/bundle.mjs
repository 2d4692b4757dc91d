// Our sources and the packages that they use, as few files: the programs, and chunks/, of which a command loads those that it
// needs when it needs them. One folder deep, so that a URL relative to a file of ours (`../main.js`) is the same in both
// forms; what is not says so by `import.meta.bundled`. The maps name no sources' text: system/host/source-frames.ts reads
// them once something went wrong.
import { join } from 'node:path';
import { build } from 'esbuild';
import { nativePackages } from './natives.mjs';
import { packagesOf } from './notices.mjs';

export const programs = ['main', 'ldirectord'];

const common = {
  bundle: true,
  platform: 'node',
  target: 'node20.19',
  charset: 'utf8',
  legalComments: 'none',
  sourcemap: 'linked',
  sourcesContent: false,
  metafile: true,
  logLevel: 'warning',
};

/** Parts that are CommonJS ask for modules of Node by `require`. */
const banner =
  "import { createRequire as requireOf } from 'node:module';\nconst require = requireOf(import.meta.url);";

/** @returns the folders of the packages of which something is in it. */
export async function bundle(folder) {
  const program = await build({
    ...common,
    entryPoints: programs.map((name) => `src/${name}.ts`),
    outdir: folder,
    format: 'esm',
    splitting: true,
    chunkNames: 'chunks/[name]-[hash]',
    external: nativePackages,
    define: { 'import.meta.bundled': 'true' },
    banner: { js: banner },
  });
  // A worker thread of its own loads it (probes/match/pattern-worker.ts).
  const engine = await build({
    ...common,
    entryPoints: ['re2js'],
    outfile: join(folder, 're2js.cjs'),
    format: 'cjs',
  });
  return packagesOf([program.metafile, engine.metafile]);
}
