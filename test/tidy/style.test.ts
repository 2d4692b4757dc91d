// The form of the sources (CONTRIBUTING.md "What a change looks like") as far as a program can judge it; biome and the
// compiler judge the rest. Files of more than 300 lines are named, of more than 500 refused.
import { basename } from 'node:path';
import { describe, expect, it } from 'vitest';
import { functionsOf } from './functions.ts';
import { LONG_FUNCTION, longFunctions } from './long-functions.ts';
import { bareCode, filesUnder, isTypeScript, read, withoutComments } from './sources.ts';

const LONG = 300;
const TOO_LONG = 500;

const sources = filesUnder('src', isTypeScript);
const all = [...sources, ...filesUnder('test', isTypeScript), ...filesUnder('bench', isTypeScript)];
const countLines = (path: string) => read(path).split('\n').length - 1;

/** Lines of code that fit, each with its place. */
function linesThatFit(paths: readonly string[], pattern: RegExp, strip: (text: string) => string) {
  return paths.flatMap((path) =>
    strip(read(path))
      .split('\n')
      .flatMap((line, index) => (pattern.test(line) ? [`${path}:${index + 1}: ${line.trim()}`] : [])),
  );
}

describe('style', () => {
  it(`has no file of more than ${TOO_LONG} lines`, () => {
    const long = all.filter((path) => countLines(path) > LONG);
    for (const path of long) console.warn(`${path}: ${countLines(path)} lines, ${LONG} is long`);
    expect(long.filter((path) => countLines(path) > TOO_LONG)).toEqual([]);
  });

  it(`has no function of more than ${LONG_FUNCTION} lines, but for those of a list that only gets shorter`, () => {
    const long = sources.flatMap((path) =>
      functionsOf(read(path))
        .filter(({ lines }) => lines > LONG_FUNCTION)
        .map(({ name, lines }) => [`${path} ${name}`, lines] as const),
    );
    const found = Object.fromEntries(long);
    for (const [name, lines] of long)
      expect(lines, name).toBeLessThanOrEqual(longFunctions[name]?.[0] ?? LONG_FUNCTION);
    expect(Object.keys(longFunctions).filter((name) => found[name] === undefined)).toEqual([]);
  });

  it('begins every file with a comment of at most ten lines that says what it is; a test has its names', () => {
    const wrong = all.filter((path) => {
      if (path.endsWith('.test.ts')) return false;
      const lines = read(path)
        .replace(/^#!.*\n/, '')
        .split('\n');
      const length = lines.findIndex((line) => !line.startsWith('//'));
      return length < 1 || length > 10;
    });
    expect(wrong).toEqual([]);
  });

  it('names every file in kebab-case, and none after nothing in particular', () => {
    const wrong = all.filter((path) => {
      const name = basename(path, '.ts').replace(/(?:\.(?:test|net|ipvs|systemd|property|bench))+$/, '');
      return (
        !/^[a-z0-9]+(?:-[a-z0-9]+)*$/.test(name) || /\b(?:utils?|helpers?|manager|common|misc)\b/.test(name)
      );
    });
    expect(wrong).toEqual([]);
  });

  it('has no `any`, no enum, no class where functions do, no default export', () => {
    expect(linesThatFit(all, /(?::|<|\bas|,)\s*any\b(?!\s*\()/, bareCode)).toEqual([]);
    expect(linesThatFit(sources, /^\s*(?:export\s+)?(?:const\s+)?enum\s/, bareCode)).toEqual([]);
    expect(linesThatFit(sources, /^\s*(?:export\s+)?(?:abstract\s+)?class\s/, bareCode)).toEqual([]);
    expect(linesThatFit(sources, /^export default\b/, bareCode)).toEqual([]);
  });

  it('silences neither the compiler nor the linter', () => {
    expect(linesThatFit(sources, /@ts-(?:ignore|expect-error|nocheck)/, String)).toEqual([]);
  });

  it('leaves nothing to be done', () => {
    const marks = new RegExp(
      `\\b(?:${['TO', 'FIX', 'XX'].map((start, i) => start + ['DO', 'ME', 'X'][i]).join('|')})\\b`,
    );
    expect(linesThatFit(all, marks, String)).toEqual([]);
  });

  it('runs no test alone, and skips none without a reason found at run time', () => {
    const tests = all.filter((path) => path.endsWith('.test.ts'));
    expect(linesThatFit(tests, /\b(?:it|describe|test)\.(?:only|todo|skip\(')/, withoutComments)).toEqual([]);
  });
});

describe('the measuring of functions', () => {
  it('counts signature, body and brace of every form', () => {
    const text = [
      'export function one(): void {',
      '  two();',
      '}',
      'const three = async (',
      '  four: number,',
      '): Promise<void> => {',
      '  if (four > 1) {',
      '    five();',
      '  }',
      '};',
      'const six = () => ({',
      '  seven: (eight: number) => {',
      '    nine(eight);',
      '  },',
      '});',
    ].join('\n');
    expect(functionsOf(text)).toEqual([
      { name: 'one', lines: 3 },
      { name: 'three', lines: 7 },
      { name: 'six', lines: 5 },
      { name: 'seven', lines: 3 },
    ]);
  });
});
