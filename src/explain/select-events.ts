// Which of the events that are kept somebody asks for: since when, about what, how serious. The words of the question, as
// the command line and the control socket have them, and whether an event is one of those. Where they are kept is
// daemon/log/event-ring.ts's.
import { type EventRecord, logLevels, timeOf } from '../journal/record.ts';
import type { LogLevel } from '../model/config/log.ts';
import { err, ok, type Result } from '../net/result.ts';
import { shown } from '../net/shown.ts';

export type Selection = {
  /** Milliseconds since 1970. */
  readonly since?: number | undefined;
  readonly about?: string;
  /** That one, and what is more serious. */
  readonly level?: LogLevel;
};

export type SelectionWords = { readonly [Key in keyof Selection]?: string | undefined };

/** @param now milliseconds since 1970. */
export function parseSelection({ since, about, level }: SelectionWords, now: number): Result<Selection> {
  const from = since === undefined ? ok(undefined) : parseSince(since, now);
  if (!from.ok) return from;
  const least = logLevels.find((each) => each === level);
  if (level !== undefined && least === undefined) {
    return err(
      `Cannot select events by level: expected ${logLevels.join(', ')}, got ${shown(level) || 'nothing'}`,
    );
  }
  if (about === '') return err('Cannot select events: expected a router, server or service, got nothing');
  return ok({
    ...(from.value !== undefined && { since: from.value }),
    ...(about !== undefined && { about }),
    ...(least !== undefined && { level: least }),
  });
}

const unitMs: Readonly<Record<string, number>> = {
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 7 * 86_400_000,
};
const spans = /^(?:\d{1,6}[smhdw])+$/;
const instant = /^\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d{1,6})?)?(?:Z|[+-]\d\d:?\d\d)?)?$/;

/** "90s", "1h30m", "2d": before now; or an instant: of this machine's time zone where it names none. */
export function parseSince(text: string, now: number): Result<number> {
  const word = text.trim();
  if (spans.test(word)) {
    const parts = word.match(/\d+[smhdw]/g) ?? [];
    return ok(
      now - parts.reduce((sum, part) => sum + Number(part.slice(0, -1)) * (unitMs[part.slice(-1)] ?? 0), 0),
    );
  }
  // A day alone is read as UTC by JavaScript, and meant as the day of whoever writes it.
  const at = instant.test(word) ? Date.parse(word.length === 10 ? `${word}T00:00:00` : word) : Number.NaN;
  if (Number.isNaN(at)) {
    const rule = 'a time span (90s, 30m, 1h, 2d) or an instant (2026-03-01T14:00:00Z)';
    return err(`Cannot tell since when: expected ${rule}, got ${shown(text) || 'nothing'}`);
  }
  return at <= now
    ? ok(at)
    : err(`Cannot tell since when: expected an instant of the past, got ${shown(text)}`);
}

export function isSelected(record: EventRecord, { since, about, level }: Selection): boolean {
  if (since !== undefined && timeOf(record) < since) return false;
  if (level !== undefined && logLevels.indexOf(record.level) > logLevels.indexOf(level)) return false;
  return about === undefined || isAbout(record, about);
}

/** What an event says besides what it is about. */
const notSubjects: ReadonlySet<string> = new Set([
  'event',
  'level',
  'message',
  'timestamp',
  'reason',
  'detail',
]);

/** Of that name, or address: with or without its port, its protocol, the length of its prefix; also within a list of changes. */
export function isAbout(record: EventRecord, about: string): boolean {
  const wanted = about.toLowerCase();
  return Object.entries(record).some(([field, value]) => {
    if (notSubjects.has(field)) return false;
    if (typeof value === 'string') return names(value.toLowerCase(), wanted);
    return (
      Array.isArray(value) &&
      value.some((each) => typeof each === 'string' && names(each.toLowerCase(), wanted))
    );
  });
}

/** As a whole word of it: "10.0.0.2" is none of "10.0.0.20:80". */
function names(text: string, wanted: string): boolean {
  for (let at = text.indexOf(wanted); at !== -1; at = text.indexOf(wanted, at + 1)) {
    if (isEdge(text[at - 1], /[\s[(,]/) && isEdge(text[at + wanted.length], /[\s\]):/,]/)) return true;
  }
  return false;
}

const isEdge = (character: string | undefined, edge: RegExp): boolean =>
  character === undefined || edge.test(character);
