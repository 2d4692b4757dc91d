// Where `events` and `report` have their events from: the running daemon, or files of its log in JSON, one or several of each
// director, as which what `journalctl -o json` says counts too. What is not to be read is said once, and the rest counts.
import type { PastOfDirector } from '../explain/report/past.ts';
import { isSelected, type Selection } from '../explain/select-events.ts';
import { type JournaldEntry, parseJournaldEntry } from '../journal/parse-journald-entry.ts';
import { type EventRecord, parseRecord, parseRecordLine } from '../journal/record.ts';
import { shown } from '../net/shown.ts';
import { readLines } from '../system/files/read-lines.ts';
import { askControlSocket } from '../system/sockets/ask-control-socket.ts';
import { streamControlSocket } from '../system/sockets/control-stream.ts';
import { askDaemon } from './ask-daemon.ts';
import type { Io, Options } from './command-line.ts';
import { findSocket } from './seek-socket.ts';

export const filesOption = ({ file }: Options): readonly string[] =>
  (Array.isArray(file) ? file : [file]).filter((each) => typeof each === 'string');

/** @param search "since=1h&follow=yes". @returns whether the daemon gave all that it was asked for. */
export async function streamEvents(
  options: Options,
  search: URLSearchParams,
  onRecord: (record: EventRecord) => void,
  io: Io,
): Promise<boolean> {
  const path = await findSocket(options);
  const onLine = (line: string) => {
    const record = parseRecordLine(line);
    if (record !== undefined) onRecord(record);
  };
  const answer = await streamControlSocket(path, `/events?${search}`, { onLine });
  if (answer.ok && answer.value.status === 200) return true;
  if (answer.ok) io.stderr(`${shown(errorIn(answer.value.text), 1000)}\n`);
  // Where nobody answers that is the one way to say so; where somebody does, the answer was broken off.
  else if ((await askDaemon(options, 'GET', '/ping', io)) !== undefined) {
    io.stderr(`Cannot read the events: expected the daemon to go on, got ${shown(answer.error)}\n`);
  }
  return false;
}

function errorIn(text: string): string {
  try {
    const { error } = JSON.parse(text) as { readonly error?: unknown };
    return typeof error === 'string' ? error : text;
  } catch {
    return text;
  }
}

/** @returns undefined, with the reason on stderr, where there are none to be had. */
export async function pastOf(
  options: Options,
  selection: Selection,
  io: Io,
): Promise<readonly PastOfDirector[] | undefined> {
  const files = filesOption(options);
  if (files.length > 0) return await pastOfFiles(files, selection, io);
  const records: EventRecord[] = [];
  const search = new URLSearchParams();
  if (selection.since !== undefined) search.set('since', new Date(selection.since).toISOString());
  if (!(await streamEvents(options, search, (record) => records.push(record), io))) return undefined;
  const answer = await askControlSocket(await findSocket(options), 'GET', '/ping');
  const { director } = (answer.ok ? answer.value.body : {}) as { readonly director?: string };
  return [{ director: director ?? directorIn(records) ?? 'this director', records }];
}

/** What one file has of one host: a journal may have several, a log is of one. */
type Part = { readonly records: EventRecord[]; director?: string | undefined };

/** As logrotate names them: FILE.1, FILE-20260301. */
const logOf = (file: string): string => file.replace(/(?:[.-]\d+)+$/, '');

/** A past a file and director. A log is rotated: who told a file that has no start is said by another one of it. */
async function pastOfFiles(
  files: readonly string[],
  selection: Selection,
  io: Io,
): Promise<readonly PastOfDirector[] | undefined> {
  const pasts: (Part & { readonly file: string; readonly host: string })[] = [];
  for (const file of files) {
    const parts = new Map<string, Part>();
    let others = 0;
    const read = await readLines(file, (line) => {
      const entry = entryOf(line);
      if (entry === undefined) {
        if (line.trim() !== '') others += 1;
        return;
      }
      const { record, host = '' } = entry;
      if (record === undefined) return;
      const part: Part = parts.get(host) ?? { records: [] };
      parts.set(host, part);
      part.director ??= directorIn([record]);
      if (isSelected(record, selection)) part.records.push(record);
    });
    if (!read.ok) {
      io.stderr(`Cannot read ${shown(file)}: expected a log in JSON, a line an event, got ${read.error}\n`);
      return undefined;
    }
    if (others > 0) io.stderr(`${shown(file)}: ${others} line(s) left out that are no events in JSON\n`);
    for (const [host, part] of parts) pasts.push({ ...part, file, host });
  }
  return pasts.map(({ director, records, host, file }) => {
    const ofLog = pasts.find((each) => each.director !== undefined && logOf(each.file) === logOf(file));
    return { director: director ?? (host || (ofLog?.director ?? logOf(file))), records };
  });
}

/**
 * @param line with zeros before it, where a host lost its power as it was written.
 * @returns undefined for what is neither an event nor an entry of the journal.
 */
function entryOf(line: string): JournaldEntry | undefined {
  let value: unknown;
  try {
    value = JSON.parse(line.slice(line.lastIndexOf('\0') + 1));
  } catch {
    return undefined;
  }
  const record = parseRecord(value);
  return record === undefined ? parseJournaldEntry(value) : { record };
}

function directorIn(records: readonly EventRecord[]): string | undefined {
  const started = records.find(({ event }) => event === 'daemon.started')?.director;
  return typeof started === 'string' ? started : undefined;
}
