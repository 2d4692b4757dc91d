// Lines of a keepalived.conf as statements with their blocks: words, quotes, escapes and braces
// (docs/reference/keepalived.md §1). A brace may stand behind its keyword, on the next line, or with the whole block
// on one line.

import type { Position } from '../../../model/config/problem.ts';
import { hidden, isSecretWord } from '../../../net/hide-secrets.ts';
import type { Noting } from '../converted.ts';
import type { Line } from './lines.ts';

export type Statement = {
  readonly key: string;
  readonly words: readonly string[];
  /** What stands behind the key, quotes and all. */
  readonly text: string;
  readonly at: Position;
  /** Absent where no brace follows. */
  readonly block?: readonly Statement[];
};

type Open = { -readonly [Key in keyof Statement]: Statement[Key] } & { block?: Statement[] };

export function readStatements(lines: readonly Line[], note: Noting): readonly Statement[] {
  const top: Statement[] = [];
  const stack: Statement[][] = [top];
  let last: Open | undefined;
  for (const { text, at } of lines) {
    let words: string[] = [];
    const flush = () => {
      if (words.length === 0) return;
      // What is missing of a secret is the next line: it is no keyword, and never shown as one.
      const slipped = last !== undefined && last.words.length === 0 && isSecretWord(last.key);
      const [key = '', ...behind] = wordsOf(words.join(' '));
      last = { key: slipped ? hidden : key, words: behind, text: words.slice(1).join(' '), at };
      stack.at(-1)?.push(last);
      words = [];
    };
    for (const word of split(text)) {
      if (word === '{') {
        flush();
        const block: Statement[] = [];
        if (last === undefined || last.block !== undefined) note(at, 'unreadable', '{: opens nothing');
        else last.block = block;
        stack.push(block);
      } else if (word === '}') {
        flush();
        if (stack.length > 1) stack.pop();
        else note(at, 'unreadable', '}: closes nothing');
        last = undefined;
      } else words.push(word);
    }
    flush();
  }
  const end = lines.at(-1)?.at;
  if (stack.length > 1 && end !== undefined) note(end, 'unreadable', 'the file ends inside a block');
  return top;
}

/** Pieces of a line with their quotes; braces apart, but not those of a parameter that nobody defined. */
const split = (line: string): readonly string[] =>
  line.match(/(?:"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|\$\{[^}]*\}|\\.|[^\s{}"'\\]|["'\\])+|[{}]/gs) ?? [];

/**
 * The words of a line as keepalived has them for all but programs and expressions (script-words.ts): what stands in double quotes
 * is one, single quotes and backslashes are signs like others, and a quote that is left open ends the line (lib/parser.c,
 * alloc_strvec_r).
 */
function wordsOf(text: string): readonly string[] {
  const words = /^(?:\s*(?:"[^"]*"|[^\s"]+))*/.exec(text)?.[0] ?? '';
  return (words.match(/"[^"]*"|[^\s"]+/g) ?? []).map((word) => word.replaceAll('"', ''));
}

/** The last statement of that key, as keepalived takes it. */
export const lastOf = (
  block: readonly Statement[] | undefined,
  ...keys: readonly string[]
): Statement | undefined => block?.findLast(({ key }) => keys.includes(key));

/** The last that fits, as keepalived passes over what it cannot read; where none does, the last, which is then told. */
export const lastFitting = (
  block: readonly Statement[] | undefined,
  key: string,
  fits: (text: string) => boolean,
): Statement | undefined =>
  block?.findLast((each) => each.key === key && fits(each.words[0] ?? '')) ?? lastOf(block, key);

/** The first one, of those that keepalived takes but once. */
export const firstOf = (block: readonly Statement[] | undefined, key: string): Statement | undefined =>
  block?.find((each) => each.key === key);

/** What stands in all blocks of that key: keepalived adds them up. */
export const linesOf = (
  block: readonly Statement[] | undefined,
  ...keys: readonly string[]
): readonly Statement[] =>
  (block ?? []).flatMap((each) => (keys.includes(each.key) ? (each.block ?? []) : []));

/** A whole number within its limits; undefined where it is none, or beyond them. */
export function wholeWithin(text: string | undefined, min: number, max: number): number | undefined {
  const value = text !== undefined && /^\+?\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
  return value >= min && value <= max ? value : undefined;
}

/**
 * The same as keepalived reads most of them, with a warning: the digits that the text begins with, and 0 where it begins with
 * none (parser.c, read_unsigned_func).
 */
export function digitsWithin(text: string | undefined, min: number, max: number): number | undefined {
  if (text === undefined || text.startsWith('-')) return undefined;
  return wholeWithin(/^\+?\d+/.exec(text)?.[0] ?? '0', min, max);
}

/** The same of numbers that may be negative (read_int_func): "5x" is 5, and what begins with no digit 0. */
export const intOf = (text: string): number => Number(/^[-+]?\d{1,15}/.exec(text)?.[0] ?? 0);

/** What digitsWithin() has taken as it stands there. */
export const isPlainNumber = (text: string): boolean => /^\+?\d+$/.test(text);

export const wordOf = (
  block: readonly Statement[] | undefined,
  ...keys: readonly string[]
): string | undefined => lastOf(block, ...keys)?.words[0];

/** A bare keyword is yes; one with a word that is neither is passed over. */
export function isSet(block: readonly Statement[] | undefined, ...keys: readonly string[]): boolean {
  const found = block?.findLast(({ key, words: [word = 'yes'] }) => keys.includes(key) && word in truth);
  return found !== undefined && truth[found.words[0] ?? 'yes'] === true;
}
const truth: Readonly<Record<string, boolean>> = {
  yes: true,
  on: true,
  true: true,
  no: false,
  off: false,
  false: false,
};

/** A decimal number as keepalived reads it: .5 and 1. too. */
export const decimal = /^\+?(\d+\.?\d*|\.\d+)$/;

/** keepalived's decimal seconds as a time of ours; undefined for what is none. */
export function seconds(text: string | undefined): string | undefined {
  if (text === undefined || !decimal.test(text)) return undefined;
  return text.includes('.') ? `${Math.round(Number(text) * 1000)}ms` : `${Number(text)}`;
}
