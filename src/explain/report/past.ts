// What the report is made of: the events of one director, as the daemon or the files of its log have them, with the fields that
// stand in an event of any version. Judges nothing.
import { type EventRecord, timeOf } from '../../journal/record.ts';

/** What one director told. */
export type PastOfDirector = { readonly director: string; readonly records: readonly EventRecord[] };

/** Whose an event is, and when it was in milliseconds since 1970. */
export type Told = { readonly director: string; readonly at: number; readonly record: EventRecord };

/** In the order of the wall clock, which several directors share as well as their clocks are set. */
export const inOrder = (pasts: readonly PastOfDirector[]): readonly Told[] =>
  pasts
    .flatMap(({ director, records }) => records.map((record) => ({ director, at: timeOf(record), record })))
    .sort((a, b) => a.at - b.at);

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
