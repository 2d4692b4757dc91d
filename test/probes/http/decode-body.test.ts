import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeText } from '../../../src/net/raw-bytes.ts';
import { asBytes, bodyTextOf, textOf } from '../../../src/probes/http/decode-body.ts';
import { bodyBytesMax } from '../../../src/probes/http/http-answer.ts';

const answer = (body: Buffer, headers: Readonly<Record<string, string>> = {}) => ({
  status: 200,
  headers: new Map(Object.entries(headers)),
  body,
  cut: false,
});

describe('the text of a body', () => {
  it('is UTF-8 where it is that, whatever it declares', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'grapheme' }),
        fc.constantFrom('', 'text/html', 'text/html; charset=nosuch'),
        (text, type) => {
          expect(textOf(Buffer.from(text), type)).toEqual({ text, bytes: false });
        },
      ),
    );
  });
  it('is in the charset that it declares', () => {
    const page = Buffer.from('caf\xe9 ouvert', 'latin1');
    expect(textOf(page, 'text/html; charset="ISO-8859-1"')).toEqual({ text: 'caf\xe9 ouvert', bytes: false });
    expect(textOf(Buffer.from([0x93, 0xfa, 0x96, 0x7b]), 'text/html;charset=Shift_JIS').text).toBe('日本');
  });
  it('never makes two bodies of other bytes equal', () => {
    const bytes = fc.uint8Array({ maxLength: 8 }).map((array) => Buffer.from(array));
    fc.assert(
      fc.property(bytes, bytes, (a, b) => {
        if (textOf(a).text === textOf(b).text && textOf(a).bytes === textOf(b).bytes) {
          // A character that the end cuts through is left out.
          const shorter = Math.min(a.length, b.length) - 3;
          expect(a.subarray(0, Math.max(0, shorter))).toEqual(b.subarray(0, Math.max(0, shorter)));
        }
      }),
    );
  });
  it('is bytes otherwise, and so is what it is compared with', () => {
    const { text, bytes } = textOf(Buffer.from('caf\xe9 \xc3\xa9t\xc3\xa9', 'latin1'));
    expect(bytes).toBe(true);
    expect(text.includes(asBytes('été'))).toBe(true);
    expect(text.includes(asBytes('café'))).toBe(false);
  });
});

describe('a packed body', () => {
  const text = 'Test Page, and more of it. '.repeat(20);
  it.each([
    ['gzip', gzipSync(text)],
    ['x-gzip', gzipSync(text)],
    ['GZIP', gzipSync(text)],
    ['br', brotliCompressSync(text)],
    ['deflate', deflateSync(text)],
    ['deflate', deflateRawSync(text)],
  ])('by %s is unpacked', async (encoding, body) => {
    expect(await bodyTextOf(answer(body, { 'content-encoding': encoding }))).toEqual({ text, bytes: false });
  });
  it('that is cut is unpacked as far as it goes', async () => {
    const body = gzipSync(text).subarray(0, -12);
    const unpacked = await bodyTextOf(answer(body, { 'content-encoding': 'gzip' }));
    expect(text.startsWith(unpacked.text) && unpacked.text.length > 0).toBe(true);
  });
  it('that is not packed after all is taken as it is', async () => {
    const headers = { 'content-encoding': 'gzip' };
    expect((await bodyTextOf(answer(Buffer.from(text), headers))).text).toBe(text);
  });
  it('that unpacks to more than is looked at is cut there', async () => {
    const bomb = gzipSync(Buffer.alloc(64 * 1024 * 1024));
    const unpacked = await bodyTextOf(answer(bomb.subarray(0, bodyBytesMax), { 'content-encoding': 'gzip' }));
    expect(unpacked.text.length).toBe(bodyBytesMax);
  });
});

describe('a pattern of bytes', () => {
  const page = Buffer.from('caf\xe9 ouvert', 'latin1');
  const pattern = decodeText(Buffer.from('caf\xe9 o', 'latin1'));
  it('is compared with bytes, whatever the body declares', async () => {
    for (const type of ['text/html; charset=ISO-8859-1', 'text/html; charset=utf-8', 'text/html']) {
      const { text, bytes } = await bodyTextOf(answer(page, { 'content-type': type }), pattern);
      expect(bytes && text.includes(asBytes(pattern))).toBe(true);
    }
  });
  it('does not match another byte at that place', async () => {
    const other = Buffer.from('caf\xe8 ouvert', 'latin1');
    const { text } = await bodyTextOf(answer(other), pattern);
    expect(text.includes(asBytes(pattern))).toBe(false);
  });
});
