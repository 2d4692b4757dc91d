// The level and the sentence of an event, as its entry in the catalogue has them.
import type { LogLevel } from '../model/config/config.ts';
import { catalogue } from './catalogue.ts';
import type { Entry } from './entry.ts';
import type { JournalEvent } from './event.ts';

/** A VRRP process that was started after the files of a later version came may tell what we do not know. */
const unknown: Entry<JournalEvent> = { level: 'info', sentence: ({ event }) => event };

const entries: ReadonlyMap<string, Entry<never>> = new Map(Object.entries(catalogue));

const entryOf = ({ event }: JournalEvent): Entry<JournalEvent> =>
  (entries.get(event) as Entry<JournalEvent> | undefined) ?? unknown;

export function levelOf(event: JournalEvent): LogLevel {
  const { level } = entryOf(event);
  return typeof level === 'string' ? level : level(event);
}

/** One sentence without a full stop. */
export const describeEvent = (event: JournalEvent): string => entryOf(event).sentence(event);
