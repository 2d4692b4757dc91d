// What the report is made of: the events of one director, as the daemon or the files of its log have them, with the fields that
// stand in an event of any version. Judges nothing.
import { type EventRecord, timeOf } from '../../journal/record.ts';

/** What one director told, in the order in which it did; of several files of its log one each. */
export type PastOfDirector = { readonly director: string; readonly records: readonly EventRecord[] };

/** Whose an event is, and when it was in milliseconds since 1970. */
export type Told = { readonly director: string; readonly at: number; readonly record: EventRecord };

/** In the order of the wall clock, which several directors share as well as their clocks are set. */
export const inOrder = (pasts: readonly PastOfDirector[]): readonly Told[] =>
  pasts.flatMap(toldIn).sort((a, b) => a.at - b.at);

/** What is told late, of a process that has ended, is so much later at most. */
const setBackMs = 60_000;

/** A clock that is set back was ahead before: what it said until then counts as so much earlier, and stays before what follows. */
function toldIn({ director, records }: PastOfDirector): readonly Told[] {
  const all: Told[] = [];
  let ahead = 0;
  let next = Number.POSITIVE_INFINITY;
  for (const record of records.toReversed()) {
    const said = timeOf(record);
    if (said - next >= setBackMs) ahead += said - next;
    next = said;
    all.push({ director, at: said - ahead, record });
  }
  return all.reverse();
}

export const textIn = ({ record }: Told, field: string): string | undefined => {
  const value = record[field];
  return typeof value === 'string' ? value : undefined;
};

export const numberIn = ({ record }: Told, field: string): number | undefined => {
  const value = record[field];
  return typeof value === 'number' ? value : undefined;
};

/** As it was told: RFC 3339. */
export const whenOf = ({ record }: Told): string => record.timestamp;
