import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createLineSplitter } from '../../../src/probes/talk/line-splitter.ts';

const limits = { lineBytesMax: 8, bytesMax: 20 };
const heard = (chunks: readonly string[], { lineBytesMax, bytesMax } = limits) => {
  const splitter = createLineSplitter({ lineBytesMax, bytesMax });
  const refusal = chunks.map((chunk) => splitter.take(Buffer.from(chunk))).find((each) => each !== undefined);
  splitter.end();
  return { lines: splitter.lines, refusal };
};

it('finds the same lines in whatever pieces they come', () => {
  const pieces = fc.array(fc.string({ unit: fc.constantFrom('a', 'ä', '\r', '\n') }));
  fc.assert(
    fc.property(pieces, (chunks) => {
      const whole = chunks.join('');
      const lines = whole.split('\n');
      const expected = lines.at(-1) === '' ? lines.slice(0, -1) : lines;
      expect(heard(chunks, { lineBytesMax: 10_000, bytesMax: 10_000 })).toEqual({ lines: expected });
    }),
  );
});

it.each([
  [
    'a line of just as many bytes as it may have',
    ['12345678\n12345678\n12'],
    ['12345678', '12345678', '12'],
    undefined,
  ],
  ['a line too long, in one piece', ['ok\n123456789'], ['ok'], 'a line of more than 8'],
  ['a line too long, in many', ['ok\n', '12345', '6789\nno'], ['ok'], 'a line of more than 8'],
  ['more than it may say in all', ['12345\n12345\n', '12345\n12345\n'], ['12345', '12345'], 'more than 20'],
])('%s', (_, chunks, lines, over) => {
  expect(heard(chunks)).toEqual({ lines, refusal: over && `the server says ${over} bytes` });
});
