// An event as a webhook posts it: as JSON with all of its fields, or as a text for Slack and its like. Alerts are
// alert-book.ts's. What is in it passes what makes events showable (log/event-line.ts). Pure.
import type { JournalEvent } from '../../journal/event.ts';
import { flatRecord } from '../../journal/record.ts';
import type { LogLevel } from '../../model/config/config.ts';
import type { WebhookConfig } from '../../model/config/webhook.ts';
import type { LogRecord } from '../../model/log-record.ts';

/** An event that happened. */
export type Told = {
  readonly event: JournalEvent;
  /** Of it, as the log has it: made showable. */
  readonly record: LogRecord;
  /** The same at each try, and in each webhook. */
  readonly id: string;
  readonly director: string;
};

const ranks: Readonly<Record<LogLevel, number>> = { error: 0, warn: 1, info: 2, debug: 3 };

/** Whether such an event is for that webhook. Of notices none is: a sink that fails would be told of its failure. */
export function isFor(
  { events, level = 'debug' }: Pick<WebhookConfig, 'events' | 'level'>,
  { event, level: its }: LogRecord,
): boolean {
  if (event.startsWith('notice.') || ranks[its] > ranks[level]) return false;
  return events === undefined || events.includes(event) || events.includes(`${event.split('.')[0]}.*`);
}

/** As the log has it, with who says it and an id. */
export const eventBody = ({ record, id, director }: Told): string =>
  JSON.stringify({ ...flatRecord(record), director, id });

const marks: Readonly<Record<LogLevel, string>> = {
  error: ':red_circle:',
  warn: ':large_yellow_circle:',
  info: ':large_green_circle:',
  debug: ':white_circle:',
};

/** What three characters would mean there is escaped (Slack, "Formatting text for app surfaces"). */
export function slackBody({ record: { event, level, message }, director }: Told): string {
  const text = message.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
  return JSON.stringify({ text: `${marks[level]} *${director}* ${event}: ${text}` });
}
