// One event as a record of the log, and that as a line of JSON: the same in every process and every sink. Pure; who writes it
// where is log.ts, and compose/orphan-log.ts for the VRRP process once its main process hears no more.

import { describeEvent, levelOf } from '../../journal/describe-event.ts';
import type { JournalEvent } from '../../journal/event.ts';
import { flatRecord } from '../../journal/record.ts';
import type { LogRecord, WallTime } from '../../model/log-record.ts';
import { hideLikely } from '../../net/hide-secrets.ts';
import { deeply, showable } from '../../net/shown.ts';

/** Harmless, whatever it quotes, and without what looks like a secret in it: a command's `--password x`. */
export const showableEvent = (event: JournalEvent): JournalEvent =>
  showable(deeply(event, hideLikely) as JournalEvent);

export function recordOf(given: JournalEvent, time: WallTime): LogRecord {
  // From a peer's packet to the name of a file: it forges no line and drives no terminal.
  const shown = showableEvent(given);
  const { event, ...fields } = shown;
  return { ...time, event, level: levelOf(shown), message: describeEvent(shown), fields };
}

/** With its end. */
export function jsonLine(record: LogRecord): string {
  return `${JSON.stringify(flatRecord(record))}\n`;
}
