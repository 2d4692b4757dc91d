// Events for a terminal: when, how serious, which, and the sentence; with several directors, whose it is. All fields are in
// the JSON.
import type { EventRecord } from '../journal/record.ts';
import { shown } from '../net/shown.ts';

/** @param director where there are several. */
export function formatEvent({ timestamp, level, event, message }: EventRecord, director?: string): string {
  const who = director === undefined ? '' : `${shown(director)}: `;
  return `${shown(timestamp)} ${level.toUpperCase().padEnd(5)} ${who}${shown(event)}: ${shown(message, 2000)}\n`;
}
