// `receive` means what it means to the real perl: the same patterns and texts, of characters and of bytes, in both
// engines.
import fc from 'fast-check';
import { RE2JS } from 're2js';
import { describe, expect, it } from 'vitest';
import { parsePattern } from '../../../src/net/pattern/parse-pattern.ts';
import { literalOf, looksBeyond } from '../../../src/net/pattern/pattern-tree.ts';
import { writeJavaScript } from '../../../src/net/pattern/write-javascript.ts';
import { writeRe2 } from '../../../src/net/pattern/write-re2.ts';
import { arbitraryPattern, arbitraryText } from '../../make/arbitrary-pattern.ts';
import { hasPerl, type MatchQuestion, perlMatches } from '../../make/perl-matches.ts';

/** What each engine says; undefined: the pattern is refused. */
function ours({ isBytes, pattern, texts }: MatchQuestion) {
  const parsed = parsePattern(pattern);
  if ('refused' in parsed || (!isBytes && parsed.foldsBeyondAscii)) return undefined;
  const { tree } = parsed;
  const regexp = new RegExp(writeJavaScript(tree), 'u');
  const source = writeRe2(tree);
  const linear = source === undefined ? undefined : RE2JS.compile(source);
  const literal = literalOf(tree);
  const javascript = texts.map((text) => regexp.test(text));
  if (!looksBeyond(tree)) {
    for (const [index, text] of texts.entries()) {
      const beginnings = [...text].map((_, length) => [...text].slice(0, length).join(''));
      if (javascript[index] === false) expect(beginnings.filter((each) => regexp.test(each))).toEqual([]);
    }
  }
  return {
    javascript,
    re2: linear && texts.map((text) => linear.test(text)),
    literal: literal === undefined ? undefined : texts.map((text) => text.includes(literal)),
  };
}

/** A code that is no byte makes Perl go by Unicode for all of the pattern. */
const isBeyondBytes = /\\x\{0*[1-9a-f][0-9a-f]{2,}\}|\\[4-7]\d\d/i;

const question: fc.Arbitrary<MatchQuestion> = fc.boolean().chain((isBytes) =>
  fc.record({
    isBytes: fc.constant(isBytes),
    pattern: arbitraryPattern
      .map((pattern) => (isBytes ? Buffer.from(pattern).toString('latin1') : pattern))
      .filter((pattern) => pattern !== '' && !(isBytes && isBeyondBytes.test(pattern))),
    texts: fc.array(arbitraryText(isBytes), { minLength: 1, maxLength: 8 }),
  }),
);

const seen = { taken: 0, re2: 0, refused: 0, yes: 0, no: 0 };

/** The same patterns at each run, and a few others. */
const seeds = process.env.PERL_RUNS ? [Number(process.env.SEED ?? Date.now())] : [20_261, Date.now()];

describe.skipIf(!hasPerl).each(seeds)('a pattern of seed %i (skipped where there is no perl)', (seed) => {
  it('matches what it matches in perl, or is refused', { timeout: 300_000 }, () => {
    fc.assert(
      fc.property(fc.array(question, { maxLength: 400, size: 'max' }), (questions) => {
        const theirs = perlMatches(questions);
        for (const [index, each] of questions.entries()) {
          const said = ours(each);
          seen[said === undefined ? 'refused' : 'taken'] += 1;
          if (said === undefined) continue;
          if (said.re2 !== undefined) seen.re2 += 1;
          for (const is of said.javascript) seen[is ? 'yes' : 'no'] += 1;
          const want = theirs[index];
          expect({ ...each, ...said }).toEqual({
            ...each,
            javascript: want,
            re2: said.re2 && want,
            literal: said.literal && want,
          });
        }
      }),
      { numRuns: Number(process.env.PERL_RUNS ?? 3), seed },
    );
    if (process.env.PERL_RUNS) console.log(seen);
  });
});
