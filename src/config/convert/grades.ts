// How much a note of a conversion weighs: each kind of note, and each word that is left out, has its grade here and
// (words: left-out-words.ts) nowhere else. docs/convert.md says what the grades mean.

import { leftOutWords } from './left-out-words.ts';

export const gradeNames = ['harmless', 'look', 'dangerous'] as const;
export type Grade = (typeof gradeNames)[number];

/** By what becomes of what the old file says. */
const kinds = {
  /** Written out as the default, or corrected, as the old program does. */
  mended: 'harmless',
  /** The old program makes nothing of it either. */
  ignored: 'harmless',
  /** The same, by another way. */
  respelled: 'harmless',
  /** The old program skips what is taken here. */
  taken: 'look',
  /** The nearest value that there is here. */
  limited: 'look',
  /** Works while the firewall goes on marking. */
  firewall: 'look',
  /** Another value each time, or not for all of those that it is for. */
  approximate: 'look',
  /** Parts of the text that cannot be read. */
  unreadable: 'dangerous',
  /** A service, a server, an address, a route, a router or a tracker less. */
  missing: 'dangerous',
  /** A check that asks something else, or is run otherwise, and may fail. */
  check: 'dangerous',
  /** Adverts that a peer will not take. */
  unheard: 'dangerous',
  /** A program as another user. */
  user: 'dangerous',
  /** The same word with another meaning. */
  meaning: 'dangerous',
} as const satisfies Readonly<Record<string, Grade>>;

/** A kind of the table, or a word that is left out. */
export type NoteKind = keyof typeof kinds | { readonly word: string };

const byWord: ReadonlyMap<string, Grade> = new Map(
  leftOutWords.flatMap(([grade, , words]) => words.map((word) => [word, grade] as const)),
);

/** A word that nobody knows is to be looked at. */
export const gradeOf = (kind: NoteKind): Grade =>
  typeof kind === 'string' ? kinds[kind] : (byWord.get(kind.word) ?? 'look');
