// One event as a line of JSON, the same as the journal writes (daemon/log/log.ts), for a process that has no journal: the
// VRRP process once its main process hears no more. Pure; who writes it where is compose/orphan-log.ts.

import { describeEvent, levelOf } from '../../journal/describe-event.ts';
import type { JournalEvent } from '../../journal/event.ts';
import { hideLikely } from '../../net/hide-secrets.ts';
import { deeply, showable } from '../../net/shown.ts';

/** Harmless, whatever it quotes, and without what looks like a secret in it: a command's `--password x`. */
export const showableEvent = (event: JournalEvent): JournalEvent =>
  showable(deeply(event, hideLikely) as JournalEvent);

/** @param timestamp RFC 3339 */
export function eventLine(event: JournalEvent, timestamp: string) {
  const shown = showableEvent(event);
  const level = levelOf(shown);
  const { event: name, ...fields } = shown;
  const line = { event: name, level, message: describeEvent(shown), ...fields, timestamp };
  return { level, line: `${JSON.stringify(line)}\n` };
}
