// What a check keeps of an HTTP answer, whichever version brought it: the head, a bounded piece of the body, and
// the digest of all of it where that is asked for.
import { createHash } from 'node:crypto';

/** `receive` and `json` look at this much of a body; the rest is not read. */
export const bodyBytesMax = 256 * 1024;
/** A digest is of the whole body, which is read but not kept; of a larger one there is none. */
export const digestBytesMax = 16 * 1024 * 1024;

/** What a server may send in all: the head and the wrapping of small chunks are bounded by nothing else. */
export const wireBytesMax = 4 * 1024 * 1024;
export const digestWireBytesMax = 2 * digestBytesMax;

export type HttpRequest = {
  readonly method: string;
  readonly path: string;
  readonly authority: string;
  readonly scheme: 'http' | 'https';
  /** Beside Host, User-Agent and Accept. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body?: string | Buffer;
};

/** Names in lower case; of values, a character is a byte. */
export type HttpHeaders = ReadonlyMap<string, string>;

export type HttpAnswer = {
  readonly status: number;
  readonly headers: HttpHeaders;
  readonly body: Buffer;
  /** Whether the body is longer than what was kept of it. */
  readonly cut: boolean;
  /** MD5 of the whole body; absent where it was not asked for or the body is too long. */
  readonly digest?: string;
  /** Of HTTP/2 only. */
  readonly trailers?: HttpHeaders;
};

export type HttpHead = Pick<HttpAnswer, 'status' | 'headers'>;

export type BodyWish = 'none' | 'start' | 'digest';
export type BodyPlan = { readonly wish: BodyWish; readonly suffices?: (body: Buffer) => boolean };
/** How much of the body is worth reading, once the head is known. */
export type PlanOf = (head: HttpHead) => BodyPlan;

export type AnswerKeeper = {
  /** Takes the next piece of the body; `enough` when the rest of it need not be read. */
  readonly take: (chunk: Buffer) => 'more' | 'enough';
  /** To be asked once, at the end. */
  readonly kept: () => HttpAnswer;
};

/** @param suffices whether this much of the body says all; asked whenever it has doubled */
export function createAnswerKeeper(head: HttpHead, { wish, suffices = () => false }: BodyPlan): AnswerKeeper {
  const hash = wish === 'digest' ? createHash('md5') : undefined;
  const bytesMax = { none: 0, start: bodyBytesMax, digest: digestBytesMax }[wish];
  const chunks: Buffer[] = [];
  let bytes = 0;
  let askAt = 1;
  return {
    take: (chunk) => {
      if (bytes < bodyBytesMax) chunks.push(chunk.subarray(0, bodyBytesMax - bytes));
      hash?.update(chunk);
      bytes += chunk.length;
      if (bytes > bytesMax) return 'enough';
      if (bytes < askAt || bytes > bodyBytesMax) return 'more';
      askAt = 2 * bytes;
      return suffices(Buffer.concat(chunks)) ? 'enough' : 'more';
    },
    kept: () => {
      const answer = { ...head, body: Buffer.concat(chunks), cut: bytes > bodyBytesMax };
      return hash === undefined || bytes > bytesMax ? answer : { ...answer, digest: hash.digest('hex') };
    },
  };
}

/** Headers as either library has them; of several values of one name, all with commas between. */
export function headersOf(
  raw: Readonly<Record<string, string | readonly string[] | undefined>>,
): HttpHeaders {
  const headers = new Map<string, string>();
  for (const [name, value] of Object.entries(raw)) {
    if (value === undefined) continue;
    headers.set(name.toLowerCase(), typeof value === 'string' ? value : value.join(', '));
  }
  return headers;
}
