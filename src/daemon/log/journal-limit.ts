// How many lines a minute anybody outside can cause: an event of VRRP with the same subject is written 60 times a
// minute, then counted, and at the end of the minute its last one is written with how many were left out. So a flood
// from the LAN, a program that deletes an address in a loop, or a role that goes to and fro fill no disk, and the last
// word of the log is the present state. Tighter limits stand where an event is made (rate-limit.ts).
// RFC 9568 §8 asks for rate limits.

import type { Journal, JournalEvent } from '../../journal/event.ts';
import type { Clock } from '../../ports/clock.ts';

const windowMs = 60_000;
export const linesPerWindow = 60;

/** What an event is about, by fields that only the configuration can name. */
const subjectFields = ['instance', 'tracked', 'interface'] as const;
/** Of an instance with hundreds of addresses each has its own lines: it came, it went. */
const ofAddresses: ReadonlySet<JournalEvent['event']> = new Set([
  'vip.added',
  'vip.removed',
  'vip.failed',
  'vip.lease_expired',
]);

export type LimitedJournal = {
  readonly journal: Journal;
  /** Writes what was left out last. */
  readonly close: () => void;
};

type Window = { written: number; leftOut: number; last?: JournalEvent; readonly cancel: () => void };

export function limitJournal(clock: Clock, write: Journal): LimitedJournal {
  const windows = new Map<string, Window>();

  function end(key: string): void {
    const window = windows.get(key);
    windows.delete(key);
    window?.cancel();
    if (window?.last === undefined) return;
    const lines = window.leftOut - 1;
    if (lines > 0) write({ event: 'log.suppressed', of: window.last.event, subject: key, lines });
    write(window.last);
  }

  return {
    journal: (event) => {
      const key = keyOf(event);
      if (key === undefined) return write(event);
      const window = windows.get(key) ?? {
        written: 0,
        leftOut: 0,
        cancel: clock.after(windowMs, () => end(key)),
      };
      windows.set(key, window);
      if (window.written < linesPerWindow) {
        window.written += 1;
        return write(event);
      }
      window.leftOut += 1;
      window.last = event;
    },
    close: () => {
      for (const key of [...windows.keys()]) end(key);
    },
  };
}

/** Undefined: not limited. */
function keyOf(event: JournalEvent): string | undefined {
  if (!/^(?:vrrp|vip)\./.test(event.event)) return undefined;
  const fields = event as Readonly<Record<string, unknown>>;
  const [subject = ''] = subjectFields.flatMap((field) => fields[field] ?? []);
  const address = ofAddresses.has(event.event) ? ` ${fields.address}` : '';
  return `${event.event} ${subject}${address}`.trimEnd();
}
