// Who may import whom (rooms.ts; docs/architecture.md), and who may touch the outside world. Every import of src/ is
// read; an import of types is an arrow as any other, since who reads the one file has to read the other.
import { describe, expect, it } from 'vitest';
import { circlesOf, fileGraph, mayImport, mayUseModule, roomGraph, rules, topOf } from './rooms.ts';
import { bareCode, filesUnder, importsOf, isTypeScript, read } from './sources.ts';

const worldlyNames =
  /(?<![.\w])(?:Date\.now|new Date\b|performance\s*\.|Math\.random|setTimeout|setInterval|setImmediate|process\s*\.|fetch\(|console\.)/;

const sources = filesUnder('src', isTypeScript);
const graph = fileGraph(sources);

describe('layering', () => {
  it('has a rule for every folder of src/, and for no other', () => {
    expect([...new Set(sources.map(topOf))].sort()).toEqual(Object.keys(rules).sort());
  });

  it('lets each room import only what lies below it', () => {
    const arrows = sources.flatMap((path) =>
      (graph.get(path) ?? [])
        .filter((target) => !mayImport(path, target))
        .map((target) => `${path} -> ${target}`),
    );
    expect(arrows).toEqual([]);
  });

  it('lets each room use only its modules', () => {
    const found = sources.flatMap((path) =>
      importsOf(path, read(path))
        .filter(({ ours, target }) => !ours && !mayUseModule(topOf(path), target))
        .map(({ target }) => `${path} imports the module ${target}`),
    );
    expect(found).toEqual([]);
  });

  it('has no circle of files', () => {
    expect(circlesOf(graph)).toEqual([]);
  });

  it('has no circle of rooms', () => {
    expect(circlesOf(roomGraph(graph))).toEqual([]);
  });

  it('keeps clocks, timers, dice and the process out of all but the outermost folders', () => {
    const found = sources
      .filter((path) => rules[topOf(path)]?.worldly !== true)
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
    const found = sources.filter((path) => topOf(path) === 'ports' && running.test(bareCode(read(path))));
    expect(found).toEqual([]);
  });

  it('names every import of our own with its .ts ending, and each exists', () => {
    const known = new Set(sources);
    const found = sources.flatMap((path) =>
      (graph.get(path) ?? [])
        .filter((target) => !known.has(target))
        .map((target) => `${path} imports ${target}`),
    );
    expect(found).toEqual([]);
  });
});

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

  it('finds circles, and nothing else', () => {
    const graph = new Map([
      ['a', ['b']],
      ['b', ['c', 'd']],
      ['c', ['b', 'd']],
      ['d', ['e']],
      ['e', []],
    ]);
    expect(circlesOf(graph)).toEqual([['b', 'c']]);
  });
});
