// Inputs that are nearly right: one of the corpus with a few edits, as decoders meet them in the field and as an attacker makes
// them. Shrinks to fewer edits, and to the first input of the corpus.
import fc from 'fast-check';

type Edit = (bytes: Buffer) => Buffer;

/** Lengths and numbers at which decoders go wrong. */
const numbers = [
  0, 1, 2, 3, 4, 7, 8, 0x7f, 0x80, 0xff, 0x100, 0x7fff, 0x8000, 0xffff, 0x7fff_ffff, 0xffff_ffff,
];
const words = [
  '\0',
  '\n',
  '\r\n',
  ' ',
  '#',
  '"',
  ':',
  '{',
  '}',
  '[',
  ']',
  '- ',
  '*a',
  '&a ',
  '__proto__',
  '\u00e9',
  '\ufeff',
  '999999999999999999999',
];

const at = fc.nat(4096);
const placed = (bytes: Buffer, place: number) => (bytes.length === 0 ? 0 : place % (bytes.length + 1));

const insertion = (piece: fc.Arbitrary<Uint8Array>): fc.Arbitrary<Edit> =>
  fc.tuple(at, fc.nat(8), piece).map(([place, over, inserted]) => (bytes) => {
    const start = placed(bytes, place);
    return Buffer.concat([bytes.subarray(0, start), inserted, bytes.subarray(start + over)]);
  });

const setNumber: fc.Arbitrary<Edit> = fc
  .tuple(at, fc.constantFrom(...numbers), fc.constantFrom(1, 2, 4), fc.boolean())
  .map(([place, number, size, little]) => (bytes) => {
    const start = placed(bytes, place);
    if (start + size > bytes.length) return bytes;
    const changed = Buffer.from(bytes);
    const value = number % 2 ** (8 * size);
    if (little) changed.writeUIntLE(value, start, size);
    else changed.writeUIntBE(value, start, size);
    return changed;
  });

const flip: fc.Arbitrary<Edit> = fc.tuple(at, fc.nat(7)).map(([place, bit]) => (bytes) => {
  const changed = Buffer.from(bytes);
  const index = placed(bytes, place);
  if (index < changed.length) changed[index] = (changed[index] ?? 0) ^ (1 << bit);
  return changed;
});

const cut: fc.Arbitrary<Edit> = at.map((place) => (bytes) => bytes.subarray(0, placed(bytes, place)));

const repeat: fc.Arbitrary<Edit> = fc
  .tuple(at, fc.nat(64), fc.integer({ min: 2, max: 40 }))
  .map(([place, length, times]) => (bytes) => {
    const start = placed(bytes, place);
    const piece = bytes.subarray(start, start + length);
    return Buffer.concat([
      bytes.subarray(0, start),
      ...Array<Buffer>(times).fill(piece),
      bytes.subarray(start + length),
    ]);
  });

const splice = (corpus: readonly Uint8Array[]): fc.Arbitrary<Edit> =>
  fc.tuple(at, at, fc.constantFrom(...corpus)).map(([here, there, other]) => (bytes) => {
    const rest = Buffer.from(other);
    return Buffer.concat([bytes.subarray(0, placed(bytes, here)), rest.subarray(placed(rest, there))]);
  });

/** Up to eight edits, of whatever they are given. @param corpus what may be spliced into it */
export function edits(corpus: readonly Uint8Array[]): fc.Arbitrary<Edit> {
  const edit = fc.oneof(
    { weight: 3, arbitrary: flip },
    { weight: 3, arbitrary: setNumber },
    { weight: 2, arbitrary: insertion(fc.uint8Array({ maxLength: 8 })) },
    { weight: 2, arbitrary: insertion(fc.constantFrom(...words).map((word) => Buffer.from(word))) },
    { weight: 2, arbitrary: cut },
    { weight: 1, arbitrary: repeat },
    { weight: 2, arbitrary: splice(corpus) },
  );
  return fc
    .array(edit, { maxLength: 8 })
    .map((changes) => (start) => changes.reduce((bytes, change) => change(bytes), start));
}

/** Of the corpus with up to eight edits; now and then any bytes. */
export function mutated(corpus: readonly Uint8Array[]): fc.Arbitrary<Uint8Array> {
  const known = corpus.length === 0 ? [new Uint8Array()] : corpus;
  const near = fc
    .tuple(fc.constantFrom(...known), edits(known))
    .map(([start, change]) => change(Buffer.from(start)));
  return fc.oneof(
    { weight: 9, arbitrary: near },
    { weight: 1, arbitrary: fc.uint8Array({ maxLength: 200 }) },
  );
}
