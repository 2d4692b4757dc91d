// What a conversion yields, and what is left over: notes with the place in the old file. The result is the document
// of docs/config.md as plain texts, lists and maps; write-yaml.ts spells it.

import type { Position } from '../../model/config/problem.ts';
import { hideFromName } from '../../net/hide-secrets.ts';
import { showable } from '../../net/shown.ts';
import { type Grade, gradeNames, gradeOf, type NoteKind } from './grades.ts';

/** A value of the document; undefined in a map: not there. */
export type Value = string | readonly Value[] | Fields;
export type Fields = { readonly [key: string]: Value | undefined };

/** What the old file says and the new one does not, or not in the same way. */
export type Note = { readonly at: Position; readonly grade: Grade; readonly text: string };

export type Converted = {
  readonly document: Fields;
  readonly notes: readonly Note[];
  /** Why nothing can be made of the file. */
  readonly refused?: Refusal;
};
export type Refusal = { readonly at: Position; readonly rule: string; readonly got: string };

/** Collects notes at the line of a statement; one for each text and line. */
export type Noting = (at: Position, kind: NoteKind, text: string) => void;

export const formatNote = ({ at, grade, text }: Note): string =>
  showable(`${at.file}:${at.line}: ${grade}: ${hideFromName(text)}`);

/** "7 notes: 4 harmless, 2 look, 1 dangerous". */
export function formatTally(notes: readonly Note[]): string {
  const counts = gradeNames.map((grade) => `${notes.filter((note) => note.grade === grade).length} ${grade}`);
  return `${notes.length} ${notes.length === 1 ? 'note' : 'notes'}: ${counts.join(', ')}`;
}

export function collectNotes(): { readonly note: Noting; readonly notes: () => readonly Note[] } {
  const found = new Map<string, Note>();
  return {
    note: (at, kind, text) =>
      void found.set(`${at.file}:${at.line}:${text}`, { at, grade: gradeOf(kind), text }),
    notes: () => [...found.values()],
  };
}

/** Of an address service, or of a server: an IPv6 address in brackets. */
export const joinPort = (address: string, port: string | undefined): string => {
  const host = address.includes(':') ? `[${address}]` : address;
  return port === undefined ? host : `${host}:${port}`;
};
