// What the entries of `virtual` came to at the last reading of a file, by their text: an entry that says the same in a
// file that says the same around it comes to the same, and need not be read again. Valid while
// - the text of all other keys, the file's name, the director's and the host's are the same: they are one key, and
//   another one forgets everything;
// - nothing was asked of the host for it (a name, a port, a program), as that may answer otherwise the next time: such an
//   entry is not kept (read-by-entries.ts), and neither is one of which there was something to say.
// What it gives again are the very objects of the last time, but for an entry that has moved to other lines.
// It holds the text of the last file and nothing else beside what the configuration holds anyway.

import type { Position } from '../model/config/problem.ts';
import type { VirtualConfig } from '../model/config/service.ts';
import { isRecord } from '../net/record.ts';
import type { EntryText } from './tree/split-entries.ts';

export type EntryMemory = {
  /** Begins a reading; what an earlier one has under another key is forgotten. */
  readonly begin: (key: string) => EntryReading;
  /** All that it holds, for the memory of another process. */
  readonly held: () => HeldEntries | undefined;
  /** What a reading in another process held, in place of what was known. */
  readonly learn: (held: HeldEntries) => void;
};

export type HeldEntry = EntryText & { readonly virtuals: readonly VirtualConfig[] };
export type HeldEntries = { readonly key: string; readonly entries: readonly HeldEntry[] };

export type EntryReading = {
  /** What the same text came to, where it stands now. */
  readonly recall: (entry: EntryText) => readonly VirtualConfig[] | undefined;
  /** For the next reading. */
  readonly keep: (entry: EntryText, virtuals: readonly VirtualConfig[]) => void;
  /** From now on, all that was kept or recalled is what there is. Until then nothing has changed. */
  readonly end: () => void;
};

type Kept = { readonly line: number; readonly lines: number; readonly virtuals: readonly VirtualConfig[] };

export function createEntryMemory(): EntryMemory {
  let known: { readonly key: string; readonly entries: ReadonlyMap<string, Kept> } | undefined;

  return {
    begin: (key) => {
      const before = known?.key === key ? known.entries : undefined;
      const entries = new Map<string, Kept>();
      return {
        recall: ({ text, line }) => {
          const kept = before?.get(text);
          if (kept === undefined) return undefined;
          const here = kept.line === line ? kept : { ...kept, line, virtuals: moved(kept, line - kept.line) };
          // Under its text in this file, or the whole of the file before would stay in memory with it.
          entries.set(text, here);
          return here.virtuals;
        },
        keep: (entry, virtuals) => {
          entries.set(entry.text, keptOf({ ...entry, virtuals }));
        },
        end: () => {
          known = { key, entries };
        },
      };
    },
    held: () =>
      known && {
        key: known.key,
        entries: [...known.entries].map(([text, { line, virtuals }]) => ({ text, line, virtuals })),
      },
    learn: ({ key, entries }) => {
      known = { key, entries: new Map(entries.map((each) => [each.text, keptOf(each)])) };
    },
  };
}

const keptOf = ({ text, line, virtuals }: HeldEntry): Kept => ({
  ...{ line, virtuals },
  lines: text.split('\n').length,
});

/** With everything that stands in the entry so many lines further down; what it has of the top level stays. */
function moved({ line, lines, virtuals }: Kept, by: number): readonly VirtualConfig[] {
  const places = new Map<Position, Position>();
  const place = (at: Position): Position => {
    if (at.line < line || at.line >= line + lines) return at;
    const there = places.get(at) ?? { ...at, line: at.line + by };
    places.set(at, there);
    return there;
  };
  const shift = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.some(isPlaced) ? value.map(shift) : value;
    return isPlaced(value) ? { ...value, at: place(value.at) } : value;
  };
  const shiftAll = <T extends { readonly at: Position }>(service: T): T =>
    Object.fromEntries(
      Object.entries({ ...service, at: place(service.at) }).map(([key, value]) => [key, shift(value)]),
    ) as T;
  return virtuals.map(shiftAll);
}

/** Whatever of a service stands somewhere says so by `at`: a server, a mark, a file. */
const isPlaced = (value: unknown): value is { readonly at: Position } => isRecord(value) && 'at' in value;
