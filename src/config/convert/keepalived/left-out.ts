// Words of a block that are not read: those of keepalived's with what does their work here, and those that nobody knows.
import type { Noting } from '../converted.ts';
import { leftOutWords } from '../left-out-words.ts';
import type { Statement } from './tree.ts';

const reasons: ReadonlyMap<string, string> = new Map(
  leftOutWords.flatMap(([, reason, words]) => words.map((word) => [word, reason] as const)),
);

/** Behind "KEY: ". */
export const reasonOf = (word: string): string =>
  `left out, ${reasons.get(word) ?? 'as keepalived is not known to have such a word'}`;

/** A note for each statement whose key is not known. @param place what the text names before the key. */
export function noteUnknown(
  statements: readonly Statement[],
  known: ReadonlySet<string>,
  place: string,
  note: Noting,
): void {
  for (const { key, at } of statements) {
    if (!known.has(key)) note(at, { word: key }, `${place}${place && ' '}${key}: ${reasonOf(key)}`);
  }
}
