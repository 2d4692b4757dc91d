// Our sources and the packages that they use, in one file: `program`, of whose chunks a command loads those that it needs when it
// needs them, and the programs, which start the loader with theirs. As if one folder deep, so that a URL relative to a file of ours
// (`../main.js`) is the same in both forms; what is not says so by `import.meta.bundled`. The maps name no sources' text:
// system/host/source-frames.ts reads them once something went wrong.
import { createHash } from 'node:crypto';
import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { basename, join, relative } from 'node:path';
import { build } from 'esbuild';
import { formatArchive } from './archive.cjs';
import { asEntry, asScript, banner, footer, refuseCircles } from './as-script.mjs';
import { nativePackages } from './natives.mjs';
import { packagesOf } from './notices.mjs';

export const programs = ['main', 'ldirectord'];

const common = {
  bundle: true,
  platform: 'node',
  target: 'node20.19',
  charset: 'ascii',
  legalComments: 'none',
  sourcemap: 'linked',
  sourcesContent: false,
  metafile: true,
  logLevel: 'warning',
};

/** Without a flag: Node takes what it has compiled of its own modules before with none alone (docs/benchmarks.md). */
const firstLine = '#!/usr/bin/env node';
/** Packages that `run` loads with its start: in chunks of their own, as the code cache has all of ours and little of theirs. */
const apart = ['js-yaml', 'winston'];
/** What stands beside the chunks and is no source of src/. */
const beside = ['loader.cjs', 'archive.cjs', 'code-cache.cjs'];

/** @returns the folders of the packages of which something is in it. */
export async function bundle(folder) {
  const program = await build({
    ...common,
    entryPoints: [...programs.map((name) => `src/${name}.ts`), ...apart],
    outdir: folder,
    format: 'esm',
    splitting: true,
    entryNames: 'chunks/[name]-[hash]',
    chunkNames: 'chunks/[name]-[hash]',
    external: nativePackages,
    define: {
      'import.meta.bundled': 'true',
      'import.meta.url': 'moduleUrl',
      'import.meta.program': 'ownProgram',
      // What packages load for whoever develops with them stays out.
      'process.env.NODE_ENV': '"production"',
    },
    banner: { js: banner },
    footer: { js: footer },
    write: false,
  });
  writeScripts(folder, program);
  // A worker thread of its own loads it (probes/match/pattern-worker.ts).
  const engine = await build({
    ...common,
    entryPoints: ['re2js'],
    outfile: join(folder, 're2js.cjs'),
    format: 'cjs',
  });
  return packagesOf([program.metafile, engine.metafile]);
}

/** @param build of esbuild, not written yet */
function writeScripts(folder, { outputFiles, metafile: { outputs } }) {
  refuseCircles(outputs);
  mkdirSync(folder, { recursive: true });
  const entries = {};
  const files = outputFiles.map(({ path, text }) => {
    const { entryPoint = '' } = outputs[relative(process.cwd(), path)] ?? {};
    const program = programs.find((name) => entryPoint === `src/${name}.ts`);
    const script = path.endsWith('.js') ? asScript(text.replace(/^#!.*/, '')) : text;
    if (program !== undefined && path.endsWith('.js')) entries[program] = basename(path);
    return [basename(path), Buffer.from(program === undefined ? script : asEntry(script))];
  });
  for (const program of programs) {
    const start = `require('./loader.cjs').start('${program}');`;
    writeFileSync(join(folder, `${program}.js`), `${firstLine}\n'use strict';\n${start}\n`);
  }
  const sum = createHash('sha256');
  for (const [name, content] of files) sum.update(`${name} ${content.length}\n`).update(content);
  writeFileSync(join(folder, 'program'), formatArchive({ id: sum.digest('hex'), entries }, files));
  for (const name of beside) cpSync(join(import.meta.dirname, name), join(folder, name));
  writeFileSync(join(folder, 'package.json'), '{"type":"commonjs"}\n');
}
