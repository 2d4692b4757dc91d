import fc from 'fast-check';
import { RE2JS } from 're2js';
import { describe, expect, it } from 'vitest';
import { parsePattern } from '../../../src/net/pattern/parse-pattern.ts';
import { writeJavaScript } from '../../../src/net/pattern/write-javascript.ts';
import { writeRe2 } from '../../../src/net/pattern/write-re2.ts';
import { arbitraryPattern, arbitraryText } from '../../make/arbitrary-pattern.ts';

/** Both engines, where there are two for it. */
function matches(pattern: string, text: string): readonly boolean[] {
  const parsed = parsePattern(pattern);
  if ('refused' in parsed) return [];
  const re2 = writeRe2(parsed.tree);
  const found = new RegExp(writeJavaScript(parsed.tree), 'u').test(text);
  return re2 === undefined ? [found] : [found, RE2JS.compile(re2).test(text)];
}

describe('a pattern matches as in Perl', () => {
  it.each([
    ['^ok$', ['ok', 'ok\n'], ['ok\n\n', 'ok\r\n', 'xok']],
    ['^ok$|^(?:up|on$)', ['ok\n', 'upper', 'on\n'], ['on it', 'okay\n']],
    ['(a$)', ['a\n'], ['a\n\n']],
    [String.raw`^a$\nb?`, ['a\n'], ['a', 'a\nb']],
    [String.raw`ok\Z`, ['ok', 'ok\n'], ['ok\n\n']],
    [String.raw`\Aok\z`, ['ok'], ['ok\n', 'x\nok']],
    ['^a.b$', ['a\rb', 'a\u2028b', 'aéb', 'a😀b'], ['a\nb']],
    [String.raw`^a\sb`, ['a b', 'a\vb', 'a\nb'], ['a\u00a0b', 'a\u2028b', 'a\u0085b']],
    [String.raw`^\w\W\d\b`, ['aé1'], ['éa1', 'aa1']],
    [String.raw`^\v\h$`, ['\f\u00a0', '\u2028\t', '\n '], ['v ', '\thh']],
    [String.raw`^a\Rb`, ['a\r\nb', 'a\rb', 'a\u0085b'], ['a\n\nb', 'ab']],
    [String.raw`^a\R\nb`, ['a\n\nb', 'a\r\n\nb'], ['a\r\nb']],
    [String.raw`^\e\a\cA\0\012\x4\x{41}\o{102}$`, ['\x1b\x07\x01\0\n\x04AB'], ['ea']],
    ['^[]x]+[^]x]$', [']x]a'], ['a', ']]']],
    ['^[a-\\d]$', ['-', 'a', '5'], ['b']],
    ['^[\\d--a]$', ['-', 'a', '5'], ['A']],
    ['^[a-\\d-z]$', ['-', 'z', '5'], ['b']],
    ['^[x[:digit:]_]+[^[:space:]]$', ['x1_a'], ['x1_ ', 'a1a']],
    ['^{"a":{}}$', ['{"a":{}}'], ['{"a":}']],
    ['(?i)Test PAGE', ['TEST page', 'test page'], ['te\u017ft page']],
    ['a(?i:b)c', ['aBc'], ['ABc', 'aBC']],
    ['^(?:a(?i)b|c)$', ['aB', 'C'], ['AB']],
    ['(?s)^a.b$(?-s)', ['a\nb'], ['ab']],
    ['(?m)^ok$', ['x\nok\ny'], ['x\nokay']],
    ['(?m)\n^', ['\n\n'], ['a\n']],
    ['(?x) ^ o k \\ $ # remark', ['ok '], ['o k ']],
    ['^a(?#remark)+$', ['aaa'], ['a+']],
    [String.raw`^(.)(?<n>.)\g{-1}\k<n>\1$`, ['abbba'], ['abbbb']],
    ['\\B', ['😀', ''], ['0😀A']],
    ['(?<![0A😀])(?![0A😀])', ['', '01'], ['0😀A']],
    ['ok(?! not)', ['okay'], ['ok not']],
    ['cost$5', [], ['cost$5', 'cost5']],
    ['a@b', ['a@b'], ['a']],
  ])('%s', (pattern, good, bad) => {
    expect(parsePattern(pattern)).toHaveProperty('tree');
    for (const text of good) expect([text, ...matches(pattern, text)]).not.toContain(false);
    for (const text of bad) expect([text, ...matches(pattern, text)]).not.toContain(true);
  });
});

describe('whatever is written', () => {
  it('both engines take it and say the same, or neither is given it', () => {
    fc.assert(
      fc.property(
        fc.oneof(arbitraryPattern, fc.string({ maxLength: 20 })),
        arbitraryText(false),
        (pattern, text) => {
          expect(new Set(matches(pattern, text)).size).toBeLessThan(2);
        },
      ),
      { numRuns: 1000 },
    );
  });
  it.each([
    ['groups in groups', '('.repeat(100_000)],
    ['groups that are closed', `${'(?:'.repeat(5000)}a${')'.repeat(5000)}`],
  ])('%s are counted', (_, pattern) => {
    expect(parsePattern(pattern)).toEqual({ refused: 'more than 200 groups in groups' });
  });
});
