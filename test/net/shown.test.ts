import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { showable, showableJson, shown, shownAs, shownLines } from '../../src/net/shown.ts';

/** Whatever ends a line, drives a terminal, reorders or hides: C0, C1, bidi, zero-width, tags, halves of pairs. */
const hostile = new RegExp(
  [
    String.raw`[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u115f\u1160\u180b-\u180f\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164]`,
    String.raw`[\ufe00-\ufe0f\ufeff\ufff0-\ufffb\ufffe\uffff\u{e0000}-\u{e0fff}]|\p{Cs}`,
  ].join('|'),
  'u',
);
const anyText = fc.string({ unit: 'binary', maxLength: 400 });
const worst = fc
  .array(
    fc.constantFrom(
      ...['\n', '\r\n', '\x1b[2J', '\x1b]0;x\x07', '\x9b31m', '\u202e', '\u2066', '\u200b', '\u2028', '\x85'],
      ...['\ud800', '\udc00', '\u{e0041}', '\ufeff', 'e\u0301\u0301\u0301\u0301\u0301\u0301', 'a', ' ', '😀'],
    ),
    { maxLength: 60 },
  )
  .map((parts) => parts.join(''));

describe('what is shown', () => {
  it('is one harmless line of bounded length, whatever it was', () => {
    fc.assert(
      fc.property(fc.oneof(anyText, worst), fc.integer({ min: 1, max: 100 }), (text, lengthMax) => {
        const line = shown(text, lengthMax);
        expect(line).not.toMatch(hostile);
        expect(line.length).toBeLessThanOrEqual(lengthMax + 3);
        expect(shown(line, lengthMax + 3)).toBe(line);
      }),
    );
  });
  it('is what was there, where that is harmless', () => {
    for (const text of ['HTTP 200, receive matches', 'Größe 5 µm', '日本語', 'a  b', 'naïve ẹ̀kọ́']) {
      expect(shown(text)).toBe(text);
    }
    expect(shownAs`${'a\nb'} is ${5}`).toBe('a b is 5');
  });
  it('keeps letters with the marks of their script, and no stack of them', () => {
    expect(shown(`x${'\u0301'.repeat(500)}y`)).toBe('x\u0301\u0301\u0301\u0301y');
  });
});

describe('lines of ours', () => {
  it('keep their ends and nothing else', () => {
    fc.assert(
      fc.property(fc.oneof(anyText, worst), (text) => {
        const lines = shownLines(text);
        expect(lines.replaceAll('\n', '')).not.toMatch(hostile);
        expect(lines.split('\n').length).toBe(text.split('\n').length);
      }),
    );
  });
});

describe('a value of ours', () => {
  const value = fc.letrec((tie) => ({
    any: fc.oneof(
      { depthSize: 'small' },
      fc.oneof(anyText, worst),
      fc.constantFrom(1, true, null),
      fc.array(tie('any')),
      fc.dictionary(fc.oneof(anyText, worst), tie('any')),
    ),
  })).any;
  it('is harmless in every text, and in the JSON of it when that is read', () => {
    fc.assert(
      fc.property(value, (given) => {
        for (const text of [JSON.stringify(showable(given)), showableJson(given)]) {
          expect(text ?? '').not.toMatch(hostile);
          const texts: string[] = [];
          JSON.parse(text ?? 'null', (key, each: unknown) => {
            texts.push(key, typeof each === 'string' ? each : '');
            return each;
          });
          for (const each of texts) expect(each).not.toMatch(hostile);
        }
      }),
    );
  });
  it('is the very same where it was harmless', () => {
    const good = { event: 'real.down', list: ['a', { b: 'c d' }], number: 5 };
    expect(showable(good)).toBe(good);
    expect(showableJson(good)).toBe(JSON.stringify(good));
  });
});
