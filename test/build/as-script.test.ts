import { describe, expect, it } from 'vitest';
// @ts-expect-error: plain JavaScript, as make needs no build for it
import * as asScriptOf from '../../scripts/build/as-script.mjs';

const { asEntry, banner, asScript, footer, refuseCircles } = asScriptOf as {
  readonly asEntry: (text: string) => string;
  readonly banner: string;
  readonly asScript: (text: string) => string;
  readonly footer: string;
  readonly refuseCircles: (outputs: unknown) => void;
};

const others: Readonly<Record<string, unknown>> = {
  './other.js': { default: 'own default', a: 1, b: 2 },
  'node:fs': { read: 3 },
};

/** What a file of that text exports, run as our loader runs it. */
async function exportsOf(text: string): Promise<unknown> {
  const script = asEntry(`${banner}\n${asScript(text)}\n${footer}`);
  const exported = {};
  const required = (name: string) => others[name];
  // biome-ignore lint/security/noGlobalEval: a file of the build is a script
  const run = eval(script) as (...scope: readonly unknown[]) => Promise<void>;
  await run(
    exported,
    required,
    (name: string) => Promise.resolve(required(name)),
    'file:///dist/chunks/x.js',
  );
  return exported;
}

describe('a file of the bundle as a script', () => {
  it.each([
    ['names', 'import {\n  a,\n  b as c\n} from "./other.js";\nexport {\n  a,\n  c as d\n};', { a: 1, d: 2 }],
    ['a default of ours', 'import x from "./other.js";\nexport {\n  x\n};', { x: 'own default' }],
    [
      'a default with names',
      'import x, { a } from "./other.js";\nexport {\n  x,\n  a\n};',
      { x: 'own default', a: 1 },
    ],
    ['a module of Node', 'import fs from "node:fs";\nexport {\n  fs\n};', { fs: { read: 3 } }],
    ['one with names', 'import fs, { read as r } from "node:fs";\nexport {\n  r\n};', { r: 3 }],
    ['all of one', 'import * as fs from "node:fs";\nexport {\n  fs\n};', { fs: { read: 3 } }],
    ['for what it does', 'import "./other.js";\nexport {\n};', {}],
    ['later', 'var { a } = await import("./other.js");\nexport {\n  a\n};', { a: 1 }],
    ['a module of Node later', 'var { read } = await import("node:fs");\nexport {\n  read\n};', { read: 3 }],
    ['a default', 'export default 5;', { default: 5 }],
    ['names with signs', 'var $a = 1;\nexport {\n  $a as b$\n};', { b$: 1 }],
    ['where it is', 'var u = moduleUrl;\nexport {\n  u\n};', { u: 'file:///dist/chunks/x.js' }],
  ])('loads and exports: %s', async (_, text, exported) => {
    expect(await exportsOf(text)).toEqual(exported);
    // The maps count lines.
    expect(asScript(text).split('\n').length).toBe(text.split('\n').length);
  });

  it.each([
    ['an export that changes', 'var a = 1;\nfunction next() {\n  a = 2;\n}\nexport {\n  a\n};', 'a'],
    ['one that counts', 'var a = 1;\nfunction next() {\n  a++;\n}\nexport {\n  a as b\n};', 'a'],
    ['a form that is not known', 'export * from "./other.js";', 'export \\* from'],
    ['a module that nobody knows yet', 'const x = import(name);', 'import\\(name\\)'],
    ['the default of a module of Node by name', 'import { default as fs } from "node:fs";', 'default as fs'],
  ])('is refused: %s', (_, text, told) => {
    expect(() => asScript(text)).toThrow(
      RegExp(`^Cannot make a script of the bundle: expected .*, got .*${told}`),
    );
  });

  it('leaves text alone that only looks like it', () => {
    const text = ' * @type {import("./x").Y}\nvar a = { b: 1 };\nif (a.b == 1) a.b = 2;\nexport {\n  a\n};';
    expect(asScript(text)).toContain('@type {import');
  });

  it('is refused where files load one another with their start; later they may', () => {
    const imports = (path: string, kind: string) => ({ imports: [{ path, kind }] });
    const circle = (kind: string) => ({ a: imports('b', 'import-statement'), b: imports('a', kind) });
    expect(() => refuseCircles(circle('import-statement'))).toThrow('a > b > a');
    expect(() => refuseCircles(circle('dynamic-import'))).not.toThrow();
  });
});
