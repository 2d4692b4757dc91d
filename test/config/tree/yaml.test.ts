import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ConfigNode } from '../../../src/config/tree/node.ts';
import { parseYaml } from '../../../src/config/tree/yaml.ts';

/** The tree as plain values, each text with its place: "text@LINE:COLUMN". */
function sketch(node: ConfigNode | undefined): unknown {
  if (node === undefined) return undefined;
  const place = `@${node.at.line}:${node.at.column}`;
  if (node.kind === 'scalar') return `${node.text}${place}`;
  if (node.kind === 'list') return node.items.map(sketch);
  return Object.fromEntries(
    node.entries.map(({ key, keyAt, value }) => [`${key}@${keyAt.line}:${keyAt.column}`, sketch(value)]),
  );
}
const tree = (text: string) => sketch(parseYaml(text, 'f').root);

describe('positions in YAML', () => {
  it('are those of every key and value, in block and flow style', () => {
    expect(tree('a: 1\nb:\n  - x: 1 # c\n    y: [p, q]\n  - {z: "2"}\n')).toEqual({
      'a@1:1': '1@1:4',
      'b@2:1': [{ 'x@3:5': '1@3:8', 'y@4:5': ['p@4:9', 'q@4:12'] }, { 'z@5:6': '2@5:9' }],
    });
  });

  it('of a value that is not there is that of its key', () => {
    expect(tree('a:\nb: {c, d: 1}\n')).toEqual({
      'a@1:1': '@1:1',
      'b@2:1': { 'c@2:5': '@2:5', 'd@2:8': '1@2:11' },
    });
  });

  it('of an alias to a map is that of its anchor', () => {
    expect(tree('a: &x {k: 1}\nb: *x\n')).toEqual({
      'a@1:1': { 'k@1:8': '1@1:11' },
      'b@2:1': { 'k@1:8': '1@1:11' },
    });
  });

  it('survive explicit keys, properties, comments, block texts and CR LF', () => {
    expect(tree('&m\na: 1\n? b\n: 2\n')).toEqual({ 'a@2:1': '1@2:4', 'b@3:3': '2@4:3' });
    expect(tree('# x\n\n---\na: |\n  one\n  two\nb: 3\n')).toEqual({
      'a@4:1': 'one\ntwo\n@4:4',
      'b@7:1': '3@7:4',
    });
    expect(tree('a: 1\r\nb:\r\n  - 2\r\n')).toEqual({ 'a@1:1': '1@1:4', 'b@2:1': ['2@3:5'] });
  });
});

describe('values in YAML', () => {
  it('stay as they are written', () => {
    const { root } = parseYaml('[0123, no, 1.50, 0x1F, ~, 1e3, 2001-01-01]', 'f');
    const texts = root?.kind === 'list' ? root.items.map((item) => item.kind === 'scalar' && item.text) : [];
    expect(texts).toEqual(['0123', 'no', '1.50', '0x1F', '~', '1e3', '2001-01-01']);
  });

  it('merge with <<, the map itself first', () => {
    expect(tree('a: &x {k: 1, l: 2}\nb: {<<: *x, k: 3}\n')).toMatchObject({
      'b@2:1': { 'k@2:13': '3@2:16', 'l@1:14': '2@1:17' },
    });
  });

  it.each(['a: 1\n', 'a: [1]\n', 'a:\n- b\n', 'a: {b: 1}\n', 'a: |\n  x\n', '- a\n', '---\na: 1\n'])(
    'may end with the mark for it: %j',
    (text) => {
      const plain = parseYaml(text, 'f');
      for (const mark of ['...', '...\n', '...\n# end\n', '... # end\n'])
        expect(parseYaml(text + mark, 'f')).toEqual(plain);
    },
  );

  it('of a key that stands twice are reported, every one', () => {
    const { problems } = parseYaml('a: 1\na: 2\nb: {c: 1, c: 2}\n', 'f');
    expect(problems.map(({ at }) => `${at.line}:${at.column}`).sort()).toEqual(['2:1', '3:11']);
  });
});

const tooMuch = {
  severity: 'error',
  at: { file: 'f', line: 1, column: 1 },
  message: 'Cannot read YAML: expected aliases that stand for at most 1000000 keys and values, got more',
};

describe('hostile YAML', () => {
  it('of aliases upon aliases costs no more than its text, and is refused where they mean too much', () => {
    const text = (depth: number) =>
      `a0: &a0 [x]\n${Array.from({ length: depth }, (_, i) => `a${i + 1}: &a${i + 1} [*a${i}, *a${i}]\n`).join('')}`;
    expect(parseYaml(text(12), 'f').root?.kind).toBe('map');
    for (const depth of [20, 24, 64, 1000])
      expect(parseYaml(text(depth), 'f')).toEqual({ problems: [tooMuch] });
  });

  it('that merges maps into maps into maps is refused where they mean too much', () => {
    const rows = Array.from({ length: 3000 }, (_, i) => `x${i + 1}: &x${i + 1} {<<: *x${i}, a${i + 1}: 1}`);
    expect(parseYaml(`x0: &x0 {a0: 1}\n${rows.join('\n')}\n`, 'f')).toEqual({ problems: [tooMuch] });
  });

  it.each([
    ['flow lists', '['],
    ['flow maps', '{a: '],
    ['lists', '- '],
    ['keys', '? '],
  ])('of many levels of %s is refused, and 60 are not too many', (_, level) => {
    expect(parseYaml(level.repeat(100_000), 'f').problems).toMatchObject([
      { message: 'Cannot read YAML: expected at most 64 levels, got more' },
    ]);
    expect(parseYaml(`${level.repeat(30)}x`, 'f').problems.join()).not.toContain('levels');
  });

  it('nested beyond reason is a problem, not a crash', () => {
    expect(parseYaml('['.repeat(5000), 'f').problems).toHaveLength(1);
  });

  it('never throws and never points outside the text', () => {
    const pieces = fc.constantFrom(
      'a',
      ': ',
      '\n',
      '  ',
      '- ',
      '[',
      ']',
      '{',
      '}',
      ', ',
      '"',
      "'",
      '&x ',
      '*x',
      '? ',
      '#',
      '|',
      '<<',
      '!!int ',
      '\t',
      '---\n',
      '\r\n',
    );
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 40 }), (parts) => {
        const text = parts.join('');
        const { problems } = parseYaml(text, 'f');
        for (const { at } of problems)
          expect(at.line).toBeLessThanOrEqual(text.split(/\r\n|\r|\n/).length + 1);
      }),
      { numRuns: 2000 },
    );
  });
});
