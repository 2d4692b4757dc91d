// The body of an HTTP/1 response out of the bytes that follow its head, as generously as curl, LWP and browsers take
// it: chunk sizes may be padded, lines may end with LF alone, chunked beats a length beside it (RFC 9112 §6.3), and
// where the wrapping breaks, what came before stands.

export type BodyReader = {
  /** @returns the pieces of the body in these bytes, and whether it has ended with them. */
  readonly take: (bytes: Buffer) => { readonly pieces: readonly Buffer[]; readonly ended: boolean };
};

/** A size with its extensions. */
const sizeLineMax = 4096;

export function createBodyReader(
  method: string,
  { status, headers }: { readonly status: number; readonly headers: ReadonlyMap<string, string> },
): BodyReader {
  if (method === 'HEAD' || status === 204 || status === 304) return ofLength(0);
  if (/\bchunked\b/i.test(headers.get('transfer-encoding') ?? '')) return ofChunks();
  const length = /^\d+/.exec(headers.get('content-length') ?? '')?.[0];
  return length === undefined ? untilTheEnd : ofLength(Number(length));
}

const untilTheEnd: BodyReader = { take: (bytes) => ({ pieces: [bytes], ended: false }) };

function ofLength(length: number): BodyReader {
  let left = length;
  return {
    take: (bytes) => {
      const piece = bytes.subarray(0, left);
      left -= piece.length;
      return { pieces: [piece], ended: left === 0 };
    },
  };
}

function ofChunks(): BodyReader {
  /** Of the present chunk; undefined within a size line. */
  let left: number | undefined;
  let line = '';

  /** @returns whether it was the last size, or none at all. */
  function takeSize(): boolean {
    const text = line.trim();
    line = '';
    // The line end behind the chunk before.
    if (text === '') return false;
    const size = /^([\da-f]+)[ \t]*(?:;.*)?$/is.exec(text)?.[1];
    left = size === undefined ? 0 : Number.parseInt(size, 16);
    return left === 0;
  }

  return {
    take: (bytes) => {
      const pieces: Buffer[] = [];
      let at = 0;
      while (at < bytes.length) {
        if (left === undefined) {
          const end = bytes.indexOf(0x0a, at);
          line += bytes.toString('latin1', at, end < 0 ? bytes.length : end);
          at = end < 0 ? bytes.length : end + 1;
          if (line.length > sizeLineMax || (end >= 0 && takeSize())) return { pieces, ended: true };
        } else {
          const piece = bytes.subarray(at, at + left);
          pieces.push(piece);
          at += piece.length;
          left -= piece.length;
          if (left === 0) left = undefined;
        }
      }
      return { pieces, ended: false };
    },
  };
}
