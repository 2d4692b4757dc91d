// Runs the program as it is built: each file in it once, when it is first asked for. `program` is open from the start on, and a
// process of ours has the one of the process that started it: both run the same code, whatever is installed meanwhile. What
// V8 has made of a file before is taken from code-cache/ (code-cache.cjs), if it was this Node with these flags; V8 looks at
// that itself, and compiles as ever where the cache is another's, damaged, or not there.
'use strict';
const { createRequire } = require('node:module');
const { join } = require('node:path');
const { pathToFileURL } = require('node:url');
const { Script } = require('node:vm');
const { openArchive } = require('./archive.cjs');

/** The descriptor that the process that started this one has left it (src/system/host/own-program.ts). */
const variable = 'LVS_DIRECTOR_PROGRAM';
const given = process.env[variable];
delete process.env[variable];
const program = openArchive(given === undefined ? join(__dirname, 'program') : Number(given));

/** With which a cache is made, the same bytes each time: no hashes of chance, and room for all, so that no memory is collected. */
const flagsOfMaking = [
  '--random-seed=1',
  '--initial-old-space-size=512',
  '--min-semi-space-size=256',
  '--max-semi-space-size=256',
];
const ownFlags = process.execArgv.filter((flag) => !flagsOfMaking.includes(flag));
const makesCache = flagsOfMaking.every((flag) => process.execArgv.includes(flag));
const flagsInName = ownFlags.join('').replace(/[^\w.=-]/g, '_');
const cacheFile = join(__dirname, 'code-cache', `${process.version}-${process.arch}${flagsInName}`);
/** One that is made follows from the program alone, not from one that was there. */
const cache = makesCache ? undefined : openCache();

const loaded = new Map();
let requireBeside;

/** @returns undefined where there is none of this program: it is no part of it. */
function openCache() {
  try {
    const found = openArchive(cacheFile);
    return found.head.program === program.head.id ? found : undefined;
  } catch {
    return undefined;
  }
}

function cachedCode(name) {
  try {
    return cache?.read(name);
  } catch {
    return undefined;
  }
}

/** ASCII, as the build makes them. */
const readText = (name) => program.read(name)?.latin1Slice();

/** The name that a stack has is in the cache as well, so it is the same wherever this stands (system/host/source-frames.ts). */
function compile(name, cachedData) {
  const text = readText(name);
  if (text === undefined) throw new Error(`Cannot load ${name}: expected a file of the program, got none`);
  return new Script(text, { filename: `/lvs-director/dist/chunks/${name}`, cachedData });
}

/** What a file knows of the program that it is in, as `import.meta.program`. */
const ownProgram = { fd: program.fd, variable, readText };

/** Names of files in it need no quoting in a URL. */
const chunksUrl = pathToFileURL(join(__dirname, 'chunks/')).href;

/** What the file exports; of its own Node's modules, and the packages with native code, stand beside it. */
function load(name) {
  const known = loaded.get(name);
  if (known !== undefined) return known.exports;
  const script = compile(name, cachedCode(name));
  const chunk = { script, exports: {}, ended: undefined };
  loaded.set(name, chunk);
  try {
    const run = script.runInThisContext();
    chunk.ended = run(chunk.exports, requireOne, importLazily, `${chunksUrl}${name}`, ownProgram);
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

/** @param entry one of `entries`. @returns settles when it has come to its end */
function start(entry) {
  const name = program.head.entries[entry];
  load(name);
  return loaded.get(name).ended;
}

module.exports = { start, load, loaded, compile, program, readText, cacheFile, flagsOfMaking, ownFlags };
