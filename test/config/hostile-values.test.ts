// Values that nobody should write, at every key of the schema: each answer is right, or an error with its place, the rule and
// the value. A new key is in it by itself.
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { documentSchema } from '../../src/config/document.ts';
import { parseYamlText } from '../make/environment.ts';

type Place = { readonly path: readonly string[]; readonly isScalar: boolean };

const bare = (schema: z.ZodType): z.ZodType =>
  schema instanceof z.ZodOptional ? bare(schema.unwrap() as z.ZodType) : schema;

/** Every key, however deep; `[]` stands for an entry of a list. */
function placesOf(schema: z.ZodType, path: readonly string[] = []): readonly Place[] {
  const inner = bare(schema);
  if (inner instanceof z.ZodArray) return placesOf(inner.element as z.ZodType, [...path, '[]']);
  if (!(inner instanceof z.ZodObject)) return [];
  return Object.entries(inner.shape as Readonly<Record<string, z.ZodType>>).flatMap(([key, each]) => {
    const own = bare(each);
    const isScalar = !(own instanceof z.ZodArray || own instanceof z.ZodObject || own instanceof z.ZodRecord);
    return [{ path: [...path, key], isScalar }, ...placesOf(each, [...path, key])];
  });
}

/** The value in flow style, in the second line. */
const fileWith = (path: readonly string[], value: string): string =>
  `# hostile\n${path
    .toReversed()
    .reduce((text, key) => (key === '[]' ? `[${text}]` : `{"${key}": ${text}}`), value)}\n`;

const odd = [
  ...[
    'null',
    '~',
    '""',
    '"\\t"',
    '"\\0"',
    '[]',
    '{}',
    '[null]',
    'true',
    '.nan',
    '.inf',
    '-1',
    '0x10',
    '1e400',
  ],
  ...[
    '999999999999999999999',
    '2026-01-01',
    '"\\u202e"',
    '"é"',
    '!!binary aGk=',
    '&a b',
    '*nobody',
    '!mine x',
  ],
];
/** No scalar is one of these. */
const structures = ['[[[]]]', '{"no such key": {"a": "b"}}', '[{"a": 1}]'];

const formed = /^Cannot .+: .+/s;

/** @returns what is wrong with the answer. */
function faultIn(text: string, mustFail: boolean): string | undefined {
  const { problems, config } = parseYamlText(text, { director: 'lvs1' });
  for (const { message, at } of problems) {
    if (!formed.test(message)) return `not of the form: ${message}`;
    if (at.line < 1 || at.line > 3 || at.column < 1) return `at ${at.line}:${at.column}: ${message}`;
    // biome-ignore lint/suspicious/noControlCharactersInRegex: what must not be there
    if (/[\u0000-\u001f\u202e]/.test(message)) return `shown as it is: ${JSON.stringify(message)}`;
  }
  const errors = problems.filter(({ severity }) => severity === 'error');
  if ((config === undefined) !== errors.length > 0) return 'neither a config nor an error, or both';
  return mustFail && errors.length === 0 ? 'taken' : undefined;
}

const places = placesOf(documentSchema);

describe('a value that nobody should write', () => {
  it.each(places.map(({ path, isScalar }) => ({ at: path.join(' '), path, isScalar })))(
    'at $at',
    ({ path, isScalar }) => {
      for (const value of odd)
        expect({ value, fault: faultIn(fileWith(path, value), false) }).toEqual({ value });
      for (const value of isScalar ? structures : [])
        expect({ value, fault: faultIn(fileWith(path, value), true) }).toEqual({ value });
    },
  );

  it('is tried at every section', () => {
    expect(places.length).toBeGreaterThan(300);
  });
});

describe('a key that is nearly right', () => {
  const near = places.filter(({ path }) => path.length > 1 && (path.at(-1) ?? '').length > 4);
  it.each(near.map(({ path }) => ({ at: path.join(' '), path })))('$at', ({ path }) => {
    const key = path.at(-1) ?? '';
    for (const wrong of [`${key}x`, key.slice(1), key.toUpperCase(), ` ${key}`]) {
      const text = fileWith([...path.slice(0, -1), wrong], '1');
      const { problems } = parseYamlText(text, { director: 'lvs1' });
      expect(problems.map(({ message }) => message).join('\n')).toMatch(/^Cannot .+: expected a known key/m);
      expect(problems.some(({ severity }) => severity === 'error')).toBe(true);
    }
  });

  it.each(near.map(({ path }) => ({ at: path.join(' '), path })))('$at, twice', ({ path }) => {
    const key = path.at(-1) ?? '';
    const outer = fileWith(path.slice(0, -1), `{"${key}": 1, "${key}": 2}`);
    const { problems } = parseYamlText(outer, { director: 'lvs1' });
    expect(problems.map(({ message }) => message).join('\n')).toContain(
      `read "${key}": expected each key once`,
    );
  });
});

describe('another form of the same text', () => {
  const text = 'virtual:\n  - address: 10.0.0.1:80\n    real: [10.0.0.2:80 gate]\n';
  it.each([
    ['a BOM', `\uFEFF${text}`],
    ['CRLF', text.replaceAll('\n', '\r\n')],
    ['no newline at its end', text.trimEnd()],
    ['comments and blank lines', `# a\n\n${text}\n\n# b`],
    ['an end of the document', `---\n${text}...\n`],
    ['an anchor', text.replace('[10.0.0.2:80 gate]', '&r [10.0.0.2:80 gate]')],
  ])('is read: %s', (_, other) => {
    const { config, problems } = parseYamlText(other, { director: 'lvs1' });
    expect(problems.filter(({ severity }) => severity === 'error')).toEqual([]);
    expect(config?.virtuals[0]?.reals[0]).toMatchObject({ address: '10.0.0.2', port: 80 });
  });

  it.each([
    ['tabs for blanks', text.replaceAll('  ', '\t')],
    ['UTF-16', Buffer.from(`\uFEFF${text}`, 'utf16le').toString('latin1')],
    ['two documents', `${text}---\n${text}`],
    ['an alias of nobody', text.replace('[10.0.0.2:80 gate]', '*r')],
    ['an end that is missing', text.replace(']', '')],
  ])('is refused: %s', (_, other) => {
    const { problems } = parseYamlText(other, { director: 'lvs1' });
    expect(problems.some(({ severity }) => severity === 'error')).toBe(true);
  });
});
