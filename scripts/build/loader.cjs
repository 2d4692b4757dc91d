// Runs the program as it is built: each file of chunks/ once, when it is first asked for. What V8 has made of it before is
// taken from code-cache/ (code-cache.cjs), if it was this Node with these flags; V8 looks at that itself, and compiles
// as ever where the cache is another's, or not there.
'use strict';
const { readFileSync } = require('node:fs');
const { createRequire } = require('node:module');
const { join } = require('node:path');
const { pathToFileURL } = require('node:url');
const { Script } = require('node:vm');

const chunks = join(__dirname, 'chunks');
/** All count for V8 but this one, with which a cache is made: the same bytes each time. */
const flags = process.execArgv.filter((flag) => flag !== '--random-seed=1').join('');
const flagsInName = flags.replace(/[^\w.=-]/g, '_');
const cacheFolder = join(__dirname, 'code-cache', `${process.version}-${process.arch}${flagsInName}`);

const loaded = new Map();
let requireBeside;

/** @returns undefined where there is none: it is no part of the program. */
function cachedCode(name) {
  try {
    return readFileSync(join(cacheFolder, name));
  } catch {
    return undefined;
  }
}

/** ASCII, as the build makes them. */
const readChunk = (name) => readFileSync(join(chunks, name), 'latin1');

/** The name that a stack has is in the cache as well, so it is the same wherever this stands (system/host/source-frames.ts). */
const compile = (name, cachedData) =>
  new Script(readChunk(name), { filename: `/lvs-director/dist/chunks/${name}`, cachedData });

/** What the file exports; of its own Node's modules, and the packages with native code, stand beside it. */
function load(name) {
  const known = loaded.get(name);
  if (known !== undefined) return known.exports;
  const script = compile(name, cachedCode(name));
  const chunk = { script, exports: {}, ended: undefined };
  loaded.set(name, chunk);
  try {
    const run = script.runInThisContext();
    chunk.ended = run(chunk.exports, requireOne, importLazily, pathToFileURL(join(chunks, name)).href);
  } catch (error) {
    loaded.delete(name);
    throw error;
  }
  return chunk.exports;
}

function requireOne(name) {
  if (name.startsWith('./')) return load(name.slice(2));
  if (name.startsWith('node:')) return require(name);
  requireBeside ??= createRequire(__filename);
  return requireBeside(name);
}

const importLazily = (name) => Promise.resolve().then(() => requireOne(name));

/** @param entry a file of chunks/. @returns settles when it has come to its end */
function start(entry) {
  load(entry);
  return loaded.get(entry).ended;
}

module.exports = { start, load, loaded, compile, chunks, cacheFolder };
