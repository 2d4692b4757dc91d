// An event read back from the journal, of a line of `journalctl -o json`: the typed fields as they were when
// wire/log/journal-datagram.ts wrote them. What somebody else said there is none. A value that journalctl does not show, as it
// is longer than 4096 bytes (`--all` shows it), is missing.
// Source: systemd.journal-fields(7); journalctl(1), -o json.
import { severities } from '../model/log-record.ts';
import { isRecord } from '../net/record.ts';
import { type EventRecord, logLevels, parseRecord, parseRecordLine } from './record.ts';

export type JournaldEntry = {
  /** Absent: what is no event of ours. */
  readonly record?: EventRecord;
  /** Where it was said. */
  readonly host?: string;
};

/** @returns undefined for what is no entry of the journal. */
export function parseJournaldEntry(value: unknown): JournaldEntry | undefined {
  if (!isRecord(value) || value.__REALTIME_TIMESTAMP === undefined) return undefined;
  const host = textOf(value._HOSTNAME);
  const record = eventOf(value) ?? lineOf(value);
  return { ...(record !== undefined && { record }), ...(host !== undefined && { host }) };
}

/** Of journald's own fields, LVS_FIELD is ours. */
function eventOf(entry: Readonly<Record<string, unknown>>): EventRecord | undefined {
  const event = textOf(entry.LVS_EVENT);
  const said = textOf(entry.MESSAGE);
  if (event === undefined || said === undefined) return undefined;
  const typed = new Set(textOf(entry.LVS_JSON)?.split(' '));
  const fields = Object.keys(entry).flatMap((key) => {
    const text = key.startsWith('LVS_') && !ofTheEntry.has(key) ? textOf(entry[key]) : undefined;
    if (text === undefined) return [];
    return [[key.slice('LVS_'.length).toLowerCase(), typed.has(key) ? parsed(text) : text] as const];
  });
  return parseRecord({
    // A field of that name stands for it in every log.
    message: said.startsWith(`${event}: `) ? said.slice(event.length + 2) : said,
    ...Object.fromEntries(fields),
    ...{ timestamp: textOf(entry.LVS_TIMESTAMP), level: levelOf(textOf(entry.PRIORITY)), event },
  });
}

const ofTheEntry: ReadonlySet<string> = new Set(['LVS_EVENT', 'LVS_TIMESTAMP', 'LVS_JSON', 'LVS_CUT']);

/** Of a daemon whose standard output went to the journal, in JSON. */
function lineOf({ MESSAGE }: Readonly<Record<string, unknown>>): EventRecord | undefined {
  const said = textOf(MESSAGE);
  return said === undefined ? undefined : parseRecordLine(said);
}

const levelOf = (priority: string | undefined) =>
  logLevels.find((level) => `${severities[level]}` === priority);

/** Cut JSON is shown as the text that is left of it. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** journalctl has an array of numbers for what cannot be printed, and of texts where a field is there twice. */
function textOf(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  if (!Array.isArray(value)) return undefined;
  if (value.every((each) => typeof each === 'number')) return Buffer.from(value).toString('utf8');
  return textOf(value[0]);
}
