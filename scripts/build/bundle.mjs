// Our sources and the packages that they use, as few files: chunks/, of which a command loads those that it needs when it
// needs them, and the programs, which start the loader with theirs. One folder deep, so that a URL relative to a file of ours
// (`../main.js`) is the same in both forms; what is not says so by `import.meta.bundled`. The maps name no sources' text:
// system/host/source-frames.ts reads them once something went wrong.
import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { basename, join, relative } from 'node:path';
import { build } from 'esbuild';
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

const firstLine = '#!/usr/bin/env -S node --max-semi-space-size=32';
/** What stands beside the chunks and is no source of src/. */
const beside = ['loader.cjs', 'code-cache.cjs'];

/** @returns the folders of the packages of which something is in it. */
export async function bundle(folder) {
  const program = await build({
    ...common,
    entryPoints: programs.map((name) => `src/${name}.ts`),
    outdir: folder,
    format: 'esm',
    splitting: true,
    entryNames: 'chunks/[name]-[hash]',
    chunkNames: 'chunks/[name]-[hash]',
    external: nativePackages,
    define: { 'import.meta.bundled': 'true', 'import.meta.url': 'moduleUrl' },
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
  mkdirSync(join(folder, 'chunks'), { recursive: true });
  for (const { path, text, contents } of outputFiles) {
    const { entryPoint = '' } = outputs[relative(process.cwd(), path)] ?? {};
    const program = programs.find((name) => entryPoint === `src/${name}.ts`);
    const script = path.endsWith('.js') ? asScript(text.replace(/^#!.*/, '')) : contents;
    writeFileSync(path, program === undefined ? script : asEntry(script));
    if (program === undefined || !path.endsWith('.js')) continue;
    const start = `require('./loader.cjs').start('${basename(path)}');`;
    writeFileSync(join(folder, `${program}.js`), `${firstLine}\n'use strict';\n${start}\n`);
  }
  for (const name of beside) cpSync(join(import.meta.dirname, name), join(folder, name));
  writeFileSync(join(folder, 'package.json'), '{"type":"commonjs"}\n');
}
