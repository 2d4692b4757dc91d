import fc from 'fast-check';
import { RE2JS } from 're2js';
import { describe, expect, it } from 'vitest';
import { toLinear } from '../../src/net/linear-pattern.ts';

const sourceOf = (pattern: string): string => {
  const linear = toLinear(pattern);
  return 'source' in linear ? linear.source : expect.fail(`${pattern} is beyond RE2: ${linear.beyond}`);
};
const matches = (pattern: string, text: string): boolean => RE2JS.compile(sourceOf(pattern)).test(text);

/** Patterns of the grammar that both have, Annex B's oddities among them. */
const { pattern: anyPattern } = fc.letrec<{ pattern: string; piece: string; atom: string }>((tie) => ({
  pattern: fc
    .array(fc.array(tie('piece'), { maxLength: 5 }), { minLength: 1, maxLength: 3 })
    .map((ways) => ways.map((pieces) => pieces.join('')).join('|')),
  piece: fc.oneof(
    { weight: 6, arbitrary: tie('atom') },
    {
      weight: 3,
      arbitrary: fc
        .tuple(
          tie('atom'),
          fc.constantFrom(
            '*',
            '+',
            '?',
            '*?',
            '+?',
            '??',
            '{2}',
            '{0}',
            '{1,3}',
            '{2,}',
            '{0,2}?',
            '{,2}',
            '{x}',
          ),
        )
        .map((parts) => parts.join('')),
    },
    { weight: 1, arbitrary: fc.constantFrom('^', '$', String.raw`\b`, String.raw`\B`) },
  ),
  atom: fc.oneof(
    { depthSize: 'small' },
    fc.constantFrom(...'aAbz019_- \n\r<>/:"=.,é😀\u2028\u00a0\ufeff{}]&~%@#!;\'`'),
    fc.constantFrom(
      ...[
        '.',
        '[ab]',
        '[^ab]',
        '[a-z]',
        '[^a-z0-9]',
        '[-a]',
        '[a-]',
        '[.*+?]',
        '[]x]',
        '[a^]',
        '[é-ü]',
        '[^\\n]',
      ],
      ...[
        '\\d',
        '\\D',
        '\\w',
        '\\W',
        '\\s',
        '\\S',
        '[\\s\\S]',
        '[\\d-x]',
        '[a-\\d]',
        '[^\\s]',
        '[\\W_]',
        '[\\b]',
      ],
      ...[
        '\\.',
        '\\/',
        '\\-',
        '\\n',
        '\\t',
        '\\v',
        '\\x41',
        '\\u00e9',
        '\\cJ',
        '\\0',
        '\\{',
        '\\}',
        '\\]',
        '[[x]',
      ],
      ...['\\a', '\\e', '\\k', '\\1', '\\8', '\\u{2}', '\\c', '[\\c1]', '{2', '{2,', '[\\-]', '[\\]]'],
    ),
    tie('pattern').map((inner) => `(${inner})`),
    tie('pattern').map((inner) => `(?:${inner})`),
    tie('pattern').map((inner) => `(?<n>${inner})`),
  ),
}));

const anyBody = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        ...'aAbz019_- \n\r<>/:"=.,éü{}]x&~%@#!;\'`\u2028\u00a0\ufeff\t\v\b\0',
        'ok',
        '200',
        '\r\n',
      ),
      fc.string({ unit: 'binary', maxLength: 2 }).filter((text) => !/[\ud800-\udfff]/.test(text)),
    ),
    { maxLength: 12 },
  )
  .map((parts) => parts.join(''));

/** Undefined: JavaScript takes it not at all. */
function compiled(pattern: string): RegExp | undefined {
  try {
    return new RegExp(pattern);
  } catch {
    return undefined;
  }
}

describe('a pattern that JavaScript takes', () => {
  it('means the same to RE2, of every text of the basic plane', () => {
    fc.assert(
      fc.property(anyPattern, fc.array(anyBody, { minLength: 1, maxLength: 8 }), (pattern, bodies) => {
        const regexp = compiled(pattern);
        const linear = toLinear(pattern);
        if (regexp === undefined || !('source' in linear) || linear.perl || /😀/.test(pattern)) return;
        const other = RE2JS.compile(linear.source);
        for (const body of bodies) expect([body, other.test(body)]).toEqual([body, regexp.test(body)]);
      }),
      { numRuns: 1000 },
    );
  });
  it('is one that RE2 takes, whatever the translation lets through', () => {
    fc.assert(
      fc.property(fc.oneof(anyPattern, fc.string({ maxLength: 20 })), (pattern) => {
        const linear = toLinear(pattern);
        if ('source' in linear) expect(() => RE2JS.compile(linear.source)).not.toThrow();
      }),
      { numRuns: 1000 },
    );
  });
  it('counts a character beyond the basic plane as one, where JavaScript counts two', () => {
    expect(matches('^.$', '😀')).toBe(true);
    expect(matches('[😀😁]', '😁')).toBe(true);
    expect(matches('^😀+$', '😀😀')).toBe(true);
  });
});

describe('what Perl has beside it', () => {
  it.each([
    ['(?i)test page', 'TEST Page', 'tset page'],
    ['a(?i:bc)d', 'aBCd', 'aBCD'],
    ['(?is)a.b', 'A\nB', 'A\n\nB'],
    ['(?s-i:a.b)', 'a\nb', 'A\nb'],
    ['(?m)^ok$', 'x\nok\ny', 'x\nokay'],
    [String.raw`\Aok\z`, 'ok', 'ok\n'],
    [String.raw`ok\Z`, 'ok\n', 'ok\n\n'],
    ['[[:alpha:]]+[[:digit:]]', 'ab1', '11'],
    ['[^[:space:]x]', 'y', ' x'],
    [String.raw`\Qa.b*\Ec`, 'a.b*c', 'axb*c'],
    [String.raw`a\hb`, 'a\tb', 'a\nb'],
    [String.raw`a\Rb`, 'a\r\nb', 'a b'],
    [String.raw`\x{41}`, 'A', 'a'],
    ['(?P<name>a)b', 'ab', 'b'],
    ['a(?#a remark)b', 'ab', 'a'],
  ])('%s', (pattern, good, bad) => {
    expect(toLinear(pattern)).toMatchObject({ perl: true });
    expect(matches(pattern, good)).toBe(true);
    expect(matches(pattern, bad)).toBe(false);
  });
});

describe('what RE2 does not have is said to be beyond it', () => {
  it.each([
    ['a(?=b)', 'look-around'],
    ['(?<!a)b', 'look-around'],
    [String.raw`(a)\1`, 'a back-reference'],
    ['a++', 'a possessive repetition (a++)'],
    ['(?>a)', '(?>...)'],
    ['a{1001}', 'more than 1000 repetitions'],
    ['(?:a{100}){100}', 'more than 1000 repetitions'],
    [String.raw`\G`, String.raw`\G`],
    ['[]', 'an empty class'],
    ['(', undefined],
    ['a)', undefined],
    ['*', undefined],
  ])('%s', (pattern, beyond) => {
    expect(toLinear(pattern)).toEqual({ beyond });
  });
});
