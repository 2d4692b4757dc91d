import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeText, encodeText, findRawByte } from '../../src/net/raw-bytes.ts';

describe('text that may be no UTF-8', () => {
  it('is what it is where it is UTF-8', () => {
    fc.assert(
      fc.property(
        fc.string({
          unit: fc.oneof(
            fc.string({ unit: 'grapheme', maxLength: 1 }),
            fc.constantFrom('\u{1f480}', '\u{1f4ff}'),
          ),
        }),
        (text) => {
          expect(decodeText(Buffer.from(text))).toBe(text);
          expect(findRawByte(text)).toBeUndefined();
        },
      ),
    );
  });
  it('loses no byte otherwise', () => {
    const piece = fc.oneof(
      fc.uint8Array({ maxLength: 4 }),
      fc.constantFrom('é', '日本', '😀', '\ufeff').map((text) => new Uint8Array(Buffer.from(text))),
      // Surrogates, overlong forms and too large code points, as UTF-8 would have them.
      fc
        .constantFrom([0xed, 0xa0, 0x80], [0xc0, 0xaf], [0xf4, 0x90, 0x80, 0x80], [0xe2, 0x82])
        .map((bytes) => Uint8Array.from(bytes)),
    );
    fc.assert(
      fc.property(fc.array(piece), (pieces) => {
        const bytes = Buffer.concat(pieces);
        expect(encodeText(decodeText(bytes))).toEqual(bytes);
      }),
    );
  });
  it('tells of its first byte that is no character', () => {
    expect(findRawByte(decodeText(Buffer.from('a😀caf\xe9\xff', 'latin1')))).toMatchObject({
      byte: expect.any(String),
    });
    expect(findRawByte(decodeText(Buffer.from('ab\xe9', 'latin1')))).toEqual({ offset: 2, byte: '0xE9' });
  });
});
