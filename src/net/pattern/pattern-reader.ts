// Where the reading of a pattern stands, and what has been learnt on the way.

export type Flags = {
  readonly i: boolean;
  readonly s: boolean;
  readonly m: boolean;
  readonly x: boolean;
};
export const noFlags: Flags = { i: false, s: false, m: false, x: false };

export type PatternReader = {
  readonly text: string;
  at: number;
  /** They hold to the end of the group that they stand in, whatever alternative it is. */
  flags: Flags;
  /** Captures opened so far, and the names of some. */
  captures: number;
  readonly names: Map<string, number>;
  /** Captures that have matched whenever a match comes this far: what may be referred to. */
  certain: ReadonlySet<number>;
  isInLookBehind: boolean;
  /** Groups around. */
  depth: number;
  /** The least number that was read as octal, as there were not that many captures yet. */
  octalFrom: number;
  /** (?i) over letters beyond ASCII. */
  foldsBeyondAscii: boolean;
};

export const createReader = (text: string): PatternReader => ({
  text,
  at: 0,
  flags: noFlags,
  captures: 0,
  names: new Map(),
  certain: new Set(),
  isInLookBehind: false,
  depth: 0,
  octalFrom: Number.POSITIVE_INFINITY,
  foldsBeyondAscii: false,
});

/** Thrown to the top. */
export type Refusal = { readonly refused: string };

/** @param instead what to write */
export const refusal = (construct: string, instead?: string): Refusal => ({
  refused: instead === undefined ? construct : `${construct}; write ${instead}`,
});

export const isRefusal = (error: unknown): error is Refusal =>
  typeof error === 'object' && error !== null && 'refused' in error;

export const isAtEnd = (reader: PatternReader): boolean => reader.at >= reader.text.length;

/** The next character; there must be one. */
export function take(reader: PatternReader): string {
  const character = String.fromCodePoint(reader.text.codePointAt(reader.at) ?? 0);
  reader.at += character.length;
  return character;
}

function matchHere(reader: PatternReader, pattern: RegExp): RegExpExecArray | undefined {
  const sticky = new RegExp(pattern.source, 'y');
  sticky.lastIndex = reader.at;
  return sticky.exec(reader.text) ?? undefined;
}

export const isNext = (reader: PatternReader, pattern: RegExp): boolean =>
  matchHere(reader, pattern) !== undefined;

export function takeIf(reader: PatternReader, pattern: RegExp): RegExpExecArray | undefined {
  const match = matchHere(reader, pattern);
  if (match !== undefined) reader.at += match[0].length;
  return match;
}

/** Remarks, and under (?x) blanks (perlre(1) "/x"). */
export function skipIgnored(reader: PatternReader): void {
  const ignored = reader.flags.x
    ? /\(\?#[^)]*\)|[\t-\r \x85\u200e\u200f\u2028\u2029]+|#[^\n]*/
    : /\(\?#[^)]*\)/;
  while (takeIf(reader, ignored) !== undefined);
}
