// Who may import whom, and who may touch the outside world (DESIGN.md §2, docs/architecture.md). Every import of
// src/ is read. Values count as imports; types may also cross between the pure cores, since they leave nothing
// behind at run time.
import { describe, expect, it } from 'vitest';
import { bareCode, filesUnder, importsOf, isTypeScript, read } from './sources.ts';

type Layer = {
  /** Folders of src/ it may import values from, besides its own. */
  readonly values: readonly string[];
  /** Folders it may import types from as well. */
  readonly types?: readonly string[];
  /** Modules that are not ours; a trailing * stands for the rest of the name. */
  readonly modules?: readonly string[];
  /** Whether it may read clocks, set timers, roll dice or touch the process. */
  readonly worldly?: boolean;
};

const cores = ['vrrp', 'health', 'reconcile', 'config', 'roster'];
const core: Layer = { values: ['net'], types: [...cores, 'ports'] };
const everything = ['net', 'wire', ...cores, 'explain', 'ports', 'kernel', 'probes', 'daemon'];

const layers: Readonly<Record<string, Layer>> = {
  net: { values: [] },
  wire: { values: ['net'], types: ['reconcile'] },
  vrrp: core,
  health: core,
  reconcile: core,
  config: { ...core, modules: ['js-yaml', 'zod'] },
  roster: core,
  explain: { values: ['net', 'reconcile'], types: ['ports', 'wire'] },
  ports: { values: [], types: ['net', ...cores] },
  kernel: { values: ['wire', 'net'], types: ['ports', 'reconcile'] },
  probes: {
    values: ['net', 'wire'],
    types: ['ports', ...cores],
    modules: ['node:*', 'undici', 'dns-packet', 'ldapts', 'mysql2', 'pg', 'radius', 're2js'],
    worldly: true,
  },
  system: { values: ['net'], types: ['ports'], modules: ['node:*', 'koffi', 'netlink*'], worldly: true },
  daemon: {
    values: everything,
    modules: ['winston', 'node:http', 'node:child_process', 'node:stream'],
  },
  cli: { values: [...everything, 'system'], modules: ['*'], worldly: true },
  'main.ts': { values: [...everything, 'system', 'cli'], modules: ['*'], worldly: true },
};

const worldlyNames =
  /(?<![.\w])(?:Date\.now|new Date\b|performance\s*\.|Math\.random|setTimeout|setInterval|setImmediate|process\s*\.|fetch\(|console\.)/;

const sources = filesUnder('src', isTypeScript);
const folderOf = (path: string) => path.split('/')[1] ?? '';
const layerOf = (path: string) => layers[folderOf(path)] ?? { values: [] };

/** The words that everything above net/ speaks of the table in: they lie as low as net/ does. */
const vocabulary = 'src/reconcile/model.ts';
/** The one way to open a file by a name that somebody else chose; probes read such files as well. */
const openFile = 'src/system/open-regular.ts';

function mayUseModule(layer: Layer, name: string): boolean {
  return (layer.modules ?? []).some((allowed) =>
    allowed.endsWith('*') ? name.startsWith(allowed.slice(0, -1)) : name === allowed,
  );
}

function trespasses(path: string): readonly string[] {
  const layer = layerOf(path);
  return importsOf(path, read(path)).flatMap(({ target, ours, typesOnly }) => {
    if (!ours) return mayUseModule(layer, target) ? [] : [`${path} imports the module ${target}`];
    const folder = folderOf(target);
    if (target === openFile && folderOf(path) === 'probes') return [];
    if (target === vocabulary && folderOf(path) !== 'net' && folderOf(path) !== 'system') return [];
    if (folder === folderOf(path) || layer.values.includes(folder)) return [];
    if (typesOnly && (layer.types ?? []).includes(folder)) return [];
    return [`${path} imports ${typesOnly ? 'types' : 'values'} of ${target}`];
  });
}

describe('layering', () => {
  it('has a rule for every folder of src/', () => {
    expect([...new Set(sources.map(folderOf))].filter((folder) => layers[folder] === undefined)).toEqual([]);
  });

  it('lets each folder import only what lies below it', () => {
    expect(sources.flatMap(trespasses)).toEqual([]);
  });

  it('keeps clocks, timers, dice and the process out of all but the outermost folders', () => {
    const found = sources
      .filter((path) => layerOf(path).worldly !== true)
      .flatMap((path) =>
        bareCode(read(path))
          .split('\n')
          .flatMap((line, index) =>
            worldlyNames.test(line) ? [`${path}:${index + 1}: ${line.trim()}`] : [],
          ),
      );
    expect(found).toEqual([]);
  });

  it('keeps ports free of anything that runs', () => {
    const running = /^\s*(?:export\s+)?(?:const|let|function|class)\b/m;
    const found = sources.filter((path) => folderOf(path) === 'ports' && running.test(bareCode(read(path))));
    expect(found).toEqual([]);
  });

  it('has no import cycle', () => {
    expect(findCycle(new Map(sources.map((path) => [path, valueTargets(path)])))).toEqual([]);
  });

  it('names every import of our own with its .ts ending, and each exists', () => {
    const known = new Set(sources);
    const found = sources.flatMap((path) =>
      importsOf(path, read(path))
        .filter(({ ours, target }) => ours && !known.has(target))
        .map(({ target }) => `${path} imports ${target}`),
    );
    expect(found).toEqual([]);
  });
});

const valueTargets = (path: string): readonly string[] =>
  importsOf(path, read(path)).flatMap(({ ours, typesOnly, target }) => (ours && !typesOnly ? [target] : []));

/** @returns the files of one cycle, its first again at the end; empty where there is none. */
function findCycle(graph: ReadonlyMap<string, readonly string[]>): readonly string[] {
  const done = new Set<string>();
  const visit = (path: string, trail: readonly string[]): readonly string[] => {
    if (trail.includes(path)) return [...trail.slice(trail.indexOf(path)), path];
    if (done.has(path)) return [];
    for (const next of graph.get(path) ?? []) {
      const cycle = visit(next, [...trail, path]);
      if (cycle.length > 0) return cycle;
    }
    done.add(path);
    return [];
  };
  for (const path of graph.keys()) {
    const cycle = visit(path, []);
    if (cycle.length > 0) return cycle;
  }
  return [];
}

describe('the reading of imports', () => {
  const targets = (text: string) =>
    importsOf('src/a/b.ts', text).map(
      ({ target, typesOnly }) => `${typesOnly ? 'types' : 'values'} ${target}`,
    );

  it('sees every form', () => {
    expect(targets("import { a } from '../net/ip.ts';")).toEqual(['values src/net/ip.ts']);
    expect(targets("import type { A } from './c.ts';")).toEqual(['types src/a/c.ts']);
    expect(targets("import {\n  type A,\n  type B,\n} from 'undici';")).toEqual(['types undici']);
    expect(targets("import { type A, b } from 'undici';")).toEqual(['values undici']);
    expect(targets("import 'node:fs';")).toEqual(['values node:fs']);
    expect(targets("export { a } from './c.ts';")).toEqual(['values src/a/c.ts']);
    expect(targets("const x = await import('koffi');")).toEqual(['values koffi']);
    expect(targets("// import { a } from './c.ts';")).toEqual([]);
  });

  it('finds a cycle', () => {
    const graph = new Map([
      ['a', ['b']],
      ['b', ['c']],
      ['c', ['b']],
    ]);
    expect(findCycle(graph)).toEqual(['b', 'c', 'b']);
  });
});
