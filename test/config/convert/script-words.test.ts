// What keepalived 2.2.7 dumps of these lines.
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { regexOf, restOf, scriptWordsOf } from '../../../src/config/convert/keepalived/script-words.ts';
import { commandWords } from '../../../src/config/values/command-words.ts';
import { formatCommand } from '../../../src/net/format-command.ts';

it.each([
  [
    String.raw`"/bin/echo a 'b c' \"d e\" \\x41 \x42 \\\\n"`,
    ['/bin/echo', 'a', 'b c', 'd e', 'A', 'B', String.raw`\n`],
  ],
  ['/bin/echo u v', ['/bin/echo']],
  [String.raw`/bin/echo\ x\ y root`, ['/bin/echo', 'x', 'y']],
  [String.raw`'/bin/echo "a b" c\\'`, undefined],
  ['"/bin/echo \'a\'b"', ['/bin/echo', 'ab']],
  [`"/bin/a 'x y'"z`, ['/bin/a', 'x yz']],
  [`"/bin/a ''  b"`, ['/bin/a', '', 'b']],
  ['"/bin/a', undefined],
  [`"/bin/a 'b"`, undefined],
  [`"/bin/a b'"`, ['/bin/a', 'b']],
  [String.raw`"/bin/a 'b\\x41"`, ['/bin/a', 'bA']],
  [String.raw`"/bin/a b\\0c d"`, ['/bin/a', 'b', 'd']],
  [String.raw`"/bin/a b\\ "`, ['/bin/a', 'b ']],
  ['""', undefined],
  ['', undefined],
])('%s is %j', (text, words) => {
  expect(scriptWordsOf({ text })).toEqual(words);
});

it('knows the user behind the program', () => {
  expect(restOf({ text: '"/bin/a b" web www' })).toEqual(['web', 'www']);
});

it('a command that is written reads back as the same words', () => {
  const word = fc.string({ unit: 'grapheme' });
  fc.assert(
    fc.property(word, fc.array(word), (program, rest) => {
      const words = [`/${program}`, ...rest];
      expect(commandWords(formatCommand(words))).toEqual(words);
    }),
  );
});

it.each([
  [String.raw`"\\Qa.b*\\E[0-9]+"`, String.raw`a\.b\*[0-9]+`],
  [String.raw`"x\\Q(1)"`, String.raw`x\(1\)`],
  [String.raw`"a\\Eb\\.c"`, String.raw`ab\.c`],
  [String.raw`"\\\\Qa.b"`, String.raw`\\Qa.b`],
  [String.raw`a\.b\d`, 'a.bd'],
  [`"a b"`, 'a b'],
  ['a b', undefined],
  ['"a', undefined],
])('the expression of regex %s is %j', (text, regex) => {
  expect(regexOf({ text })).toBe(regex);
});
