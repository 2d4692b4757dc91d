// What a body says: unpacked where the server packed it unasked (RFC 9110 §8.4), and as text by the charset that it
// declares, else as UTF-8 where it is that, else byte by byte. Bytes that are no text never become replacement
// characters, which would all be equal.
import { isUtf8 } from 'node:buffer';
import { createBrotliDecompress, createGunzip, createInflate, createInflateRaw } from 'node:zlib';
import { encodeText, rawByte } from '../../net/raw-bytes.ts';
import type { HttpAnswer } from './http-answer.ts';
import { bodyBytesMax } from './http-answer.ts';

export type BodyText = {
  readonly text: string;
  /** A character of `text` is a byte: a pattern has to be compared likewise ({@link asBytes}). */
  readonly bytes: boolean;
};

/** A character a byte: UTF-8, or what it was in a file that is not. */
export const asBytes = (pattern: string): string => encodeText(pattern).toString('latin1');

/** @param receive what it will be compared with: bytes, where that is no text */
export async function bodyTextOf({ headers, body }: HttpAnswer, receive = ''): Promise<BodyText> {
  const content = await unpacked(body, headers.get('content-encoding'));
  if (rawByte.test(receive)) return { text: content.toString('latin1'), bytes: true };
  return textOf(content, headers.get('content-type'));
}

/** @param contentType names the charset, where it names one. */
export function textOf(body: Buffer, contentType = ''): BodyText {
  const charset = /;\s*charset\s*=\s*"?([\w.:-]+)/i.exec(contentType)?.[1] ?? 'utf-8';
  const text = decoded(body, charset) ?? decoded(body, 'utf-8');
  return text === undefined ? { text: body.toString('latin1'), bytes: true } : { text, bytes: false };
}

/** @returns undefined for a charset that is not known, and for bytes that are none of it */
function decoded(body: Buffer, charset: string): string | undefined {
  // What nearly all are; a decoder takes longer to make than to use.
  if (/^utf-?8$/i.test(charset) && isUtf8(body)) return body.toString('utf8');
  try {
    // A character that the end of what was kept cuts through counts as if it were not there.
    return new TextDecoder(charset, { fatal: true, ignoreBOM: true }).decode(body, { stream: true });
  } catch {
    return undefined;
  }
}

/** What there is of it, no more than is looked at; as it came where it is not what it says. */
async function unpacked(body: Buffer, encoding = ''): Promise<Buffer> {
  const unpack = unpackerOf(encoding.trim().toLowerCase(), body);
  if (unpack === undefined || body.length === 0) return body;
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    const settle = () => {
      unpack.destroy();
      resolve(bytes === 0 ? body : Buffer.concat(chunks).subarray(0, bodyBytesMax));
    };
    unpack.on('data', (chunk: Buffer) => {
      chunks.push(chunk);
      bytes += chunk.length;
      if (bytes >= bodyBytesMax) settle();
    });
    unpack.on('end', settle);
    // Also where what was kept ends before the packing does.
    unpack.on('error', settle);
    unpack.end(body);
  });
}

function unpackerOf(encoding: string, [first = 0]: Buffer) {
  switch (encoding) {
    case 'gzip':
    case 'x-gzip':
      return createGunzip();
    case 'br':
      return createBrotliDecompress();
    case 'deflate':
      // Some send it without zlib's head (RFC 9110 §8.4.1.2), which begins with 8 in its low half (RFC 1950 §2.2).
      return (first & 0x0f) === 8 ? createInflate() : createInflateRaw();
    default:
      return undefined;
  }
}
