// A file of the bundle as a script that our loader runs (loader.cjs), in place of a module: Node's loader of ES modules takes
// milliseconds a file, and has no code cache. What esbuild writes is regular, so the statements of imports and exports are
// rewritten where they stand, and no line moves: the maps stay true. What would be another meaning fails the build: an
// export that changes later (an importer has its value), files that load one another, a form that is not known here.

const scope = 'exports, require, importLazily, moduleUrl, ownProgram';
/** Around each file, by esbuild, which counts the line. */
export const banner = `(function (${scope}) { "use strict";`;
export const footer = '})';
/** An entry waits for what it begins. */
export const asEntry = (text) => text.replace(banner, banner.replace('(function', '(async function'));

const binding = String.raw`[\w$]+`;
const own = (from) => from.startsWith('./');

export function asScript(text) {
  const script = text
    .replace(/^import \{([^}]*)\} from "([^"]+)";/gm, (_, names, from) => imported(names, from))
    .replace(/^import \* as ([\w$]+) from "([^"]+)";/gm, 'const $1 = require("$2");')
    .replace(/^import ([\w$]+) from "([^"]+)";/gm, (_, name, from) =>
      own(from) ? imported(`default as ${name}`, from) : `const ${name} = require("${from}");`,
    )
    .replace(/^import ([\w$]+), \{([^}]*)\} from "([^"]+)";/gm, (_, name, names, from) => {
      if (own(from)) return imported(`default as ${name},${names}`, from);
      return `const ${name} = require("${from}"), {${pairs(names, false)}} = ${name};`;
    })
    .replace(/^import "([^"]+)";/gm, 'require("$1");')
    .replace(/\bimport\("((?:\.\/|node:)[^"]+)"\)/g, 'importLazily("$1")')
    .replace(/^export \{([^}]*)\};/gm, (_, names) => `Object.assign(exports, {${pairs(names, true)}});`)
    .replace(/^export default /gm, 'exports.default = ');
  for (const name of changing(text)) refuse('an export that stays as it is', name);
  for (const line of codeOf(script).split('\n'))
    if (/^(?:import|export)\b|\bimport\s*\(|\bimport\.meta\b/.test(line))
      refuse('a form of import or export', line);
  return script;
}

function imported(names, from) {
  if (!own(from) && /\bdefault as\b/.test(names)) refuse('names of a module of Node', `${names} of ${from}`);
  return `const {${pairs(names, false)}} = require("${from}");`;
}

/** "a as b" the way round that an object has it. */
const pairs = (names, out) =>
  names.replace(new RegExp(`(${binding}) as (${binding})`, 'g'), (_, a, b) =>
    out ? `${b}: ${a}` : `${a}: ${b}`,
  );

/** Without comments of whole lines: examples stand in them. */
const codeOf = (text) => text.replace(/^\s*(?:\/\/|\/?\*).*$/gm, '');

/** Names of exports that something is assigned to beside their declaration. */
function changing(text) {
  const code = codeOf(text);
  const names = [...text.matchAll(/^export \{([^}]*)\};/gm)]
    .flatMap(([, list]) => list.split(',').map((each) => each.trim().split(' as ')[0]))
    .filter((name) => name !== '');
  return names.filter((name) => {
    const escaped = name.replaceAll('$', '\\$');
    const assigned = `(?<![.\\w$'"])${escaped}\\s*(?:(?:[-+*/|&^%]|\\?\\?|\\|\\||&&|<<|>>)?=(?![=>])|\\+\\+|--)`;
    return [...code.matchAll(new RegExp(assigned, 'g'))].some(({ index }) => {
      const line = code.slice(code.lastIndexOf('\n', index) + 1, index);
      return !/(?:\b(?:const|let|var)|[{,]) *$/.test(line);
    });
  });
}

/** @param outputs of esbuild's metafile. Who loads whom with its start must not come round. */
export function refuseCircles(outputs) {
  const done = new Set();
  const visit = (path, way) => {
    if (way.includes(path)) refuse('files that do not load one another', [...way, path].join(' > '));
    if (done.has(path)) return;
    for (const { path: next, kind } of outputs[path]?.imports ?? [])
      if (kind === 'import-statement') visit(next, [...way, path]);
    done.add(path);
  };
  for (const path of Object.keys(outputs)) visit(path, []);
}

function refuse(rule, value) {
  throw new Error(`Cannot make a script of the bundle: expected ${rule}, got ${value}`);
}
