// What a conversion yields, and what is left over: notes with the place in the old file. The result is the document
// of docs/config.md as plain texts, lists and maps; write-yaml.ts spells it.

import type { Position } from '../../model/config/problem.ts';
import { hideFromName } from '../../net/hide-secrets.ts';
import { showable } from '../../net/shown.ts';

/** A value of the document; undefined in a map: not there. */
export type Value = string | readonly Value[] | Fields;
export type Fields = { readonly [key: string]: Value | undefined };

/** What the old file says and the new one does not, or not in the same way. */
export type Note = { readonly at: Position; readonly text: string };

export type Converted = { readonly document: Fields; readonly notes: readonly Note[] };

/** Collects notes at the line of a statement; one for each text and line. */
export type Noting = (at: Position, text: string) => void;

export const formatNote = ({ at, text }: Note): string =>
  showable(`${at.file}:${at.line}: ${hideFromName(text)}`);

export function collectNotes(): { readonly note: Noting; readonly notes: () => readonly Note[] } {
  const found = new Map<string, Note>();
  return {
    note: (at, text) => void found.set(`${at.file}:${at.line}:${text}`, { at, text }),
    notes: () => [...found.values()],
  };
}

/** Of an address service, or of a server: an IPv6 address in brackets. */
export const joinPort = (address: string, port: string | undefined): string => {
  const host = address.includes(':') ? `[${address}]` : address;
  return port === undefined ? host : `${host}:${port}`;
};
