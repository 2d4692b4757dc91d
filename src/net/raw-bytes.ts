// Text that may not be UTF-8 without loss: a byte that is no part of a character stands in it as half a surrogate
// pair, U+DC80 to U+DCFF, which no text has, as Python's "surrogateescape" does (PEP 383).

const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** A byte of its own in a text of {@link decodeText}; the second half of a pair is none. */
export const rawByte = /(?<![\ud800-\udbff])[\udc80-\udcff]/;

export function decodeText(bytes: Buffer): string {
  try {
    return strict.decode(bytes);
  } catch {
    return decodePieces(bytes);
  }
}

/** Character by character as UTF-8 has them (RFC 3629 §4), bytes where it has none. */
function decodePieces(bytes: Buffer): string {
  const characters =
    /[\0-\x7f]+|[\xc2-\xdf][\x80-\xbf]|\xe0[\xa0-\xbf][\x80-\xbf]|\xed[\x80-\x9f][\x80-\xbf]|[\xe1-\xec\xee\xef][\x80-\xbf]{2}|\xf0[\x90-\xbf][\x80-\xbf]{2}|[\xf1-\xf3][\x80-\xbf]{3}|\xf4[\x80-\x8f][\x80-\xbf]{2}|([\x80-\xff])/g;
  return bytes
    .toString('latin1')
    .replace(characters, (piece, alone?: string) =>
      alone === undefined
        ? Buffer.from(piece, 'latin1').toString('utf8')
        : String.fromCharCode(0xdc00 + alone.charCodeAt(0)),
    );
}

/** The bytes that the text was decoded from. */
export function encodeText(text: string): Buffer {
  if (!rawByte.test(text)) return Buffer.from(text);
  // Both halves of a pair belong together, and are one character with the flag.
  return Buffer.concat(
    [...text].map((character) =>
      /^[\udc80-\udcff]$/.test(character)
        ? Buffer.from([character.charCodeAt(0) - 0xdc00])
        : Buffer.from(character),
    ),
  );
}

/** The first byte of its own, "0xE9", and where it stands; undefined: all is text. */
export function findRawByte(text: string): { readonly offset: number; readonly byte: string } | undefined {
  const found = rawByte.exec(text);
  if (found === null) return undefined;
  const code = found[0].charCodeAt(0) - 0xdc00;
  return { offset: found.index, byte: `0x${code.toString(16).toUpperCase()}` };
}
