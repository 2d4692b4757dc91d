// Replies of three digits, on one line or on several: SMTP's, FTP's and NNTP's.
// Source: RFC 5321 §4.2 and §4.2.1; RFC 959 §4.2; RFC 3977 §3.2.
import type { Dialogue } from './line-dialogue.ts';

export type Reply = {
  /** 100 to 599; 0 for what is no reply at all. */
  readonly code: number;
  /** The first digit: 1 wait, 2 done, 3 go on, 4 and 5 refused. */
  readonly kind: number;
  /** The first line, for people. */
  readonly text: string;
};

/** The whole reply. The dialogue's limits bound how long it may be. */
export async function hearReply({ hear }: Pick<Dialogue, 'hear'>): Promise<Reply> {
  const first = await hear();
  const [, digits, more] = /^([1-5]\d\d)(?:$|([ -]))/.exec(first) ?? [];
  if (digits === undefined) return { code: 0, kind: 0, text: first };
  // RFC 959 §4.2: what comes before "CODE " again may be any text, also digits.
  if (more === '-') while (!endsReply(await hear(), digits));
  return { code: Number(digits), kind: Number(digits[0]), text: first };
}

const endsReply = (line: string, digits: string): boolean => line === digits || line.startsWith(`${digits} `);

/** "EHLO is answered with 550 go away". */
export const refused = (what: string, { code, text }: Reply): string =>
  code === 0 ? `${what} is answered with what is no reply: ${text}` : `${what} is answered with ${text}`;
