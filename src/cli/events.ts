// `lvs-director events`: what the daemon told of late, also before its last restart, of both of its processes; with --follow as
// it goes on, over restarts. Of files of the log where no daemon runs, or of both directors, in the order of their clocks.
import { setTimeout as delay } from 'node:timers/promises';
import { inOrder } from '../explain/report/past.ts';
import { parseSelection, type Selection, type SelectionWords } from '../explain/select-events.ts';
import { type EventRecord, timeOf } from '../journal/record.ts';
import { shown } from '../net/shown.ts';
import { formatEvent } from '../render/events.ts';
import { type Arguments, type ExitCode, type Io, type Options, textOption } from './command-line.ts';
import { filesOption, pastOf, streamEvents } from './past-events.ts';

/** As many as may have the same time of the clock. */
const repeatedMax = 1000;
const againMs = 1000;

export async function runEvents({ options }: Arguments, io: Io): Promise<ExitCode> {
  const words = {
    since: textOption(options, 'since'),
    about: textOption(options, 'about'),
    level: textOption(options, 'level'),
  };
  const selection = parseSelection(words, Date.now());
  if (!selection.ok) {
    io.stderr(`${selection.error}\n`);
    return 2;
  }
  const files = filesOption(options);
  if (files.length > 0 && options.follow === true) {
    io.stderr('Cannot follow: expected --follow without --file, got both\n');
    return 2;
  }
  let told = 0;
  const tell = (record: EventRecord, director?: string) => {
    told += 1;
    if (options.json !== true) io.stdout(formatEvent(record, director));
    else io.stdout(`${JSON.stringify(director === undefined ? record : { director, ...record })}\n`);
  };
  const isDone =
    files.length > 0
      ? await tellFiles(options, selection.value, tell, io)
      : await tellDaemon(options, words, tell, io);
  if (isDone && told === 0)
    io.stderr(
      `No event${words.about === undefined ? '' : ` about ${shown(words.about)}`} is kept of that time\n`,
    );
  return isDone ? 0 : 1;
}

type Tell = (record: EventRecord, director?: string) => void;

/** In the order of their clocks. */
async function tellFiles(options: Options, selection: Selection, tell: Tell, io: Io): Promise<boolean> {
  const pasts = await pastOf(options, selection, io);
  if (pasts === undefined) return false;
  const several = new Set(pasts.map(({ director }) => director)).size > 1;
  for (const { director, record } of inOrder(pasts)) tell(record, several ? director : undefined);
  return true;
}

async function tellDaemon(options: Options, words: SelectionWords, tell: Tell, io: Io): Promise<boolean> {
  const search = new URLSearchParams(
    Object.entries(words).filter(([, word]) => word !== undefined) as [string, string][],
  );
  if (options.follow !== true) return await streamEvents(options, search, tell, io);
  search.set('follow', 'yes');
  if (words.since === undefined) search.set('since', new Date().toISOString());
  const unread = new Promise<boolean>((resolve) => io.whenUnread?.(() => resolve(true)));
  return await Promise.race([unread, follow(options, search, tell, io)]);
}

/** For as long as somebody reads, unless the first question fails. A daemon that ends is waited for. */
async function follow(options: Options, search: URLSearchParams, tell: Tell, io: Io): Promise<boolean> {
  const quiet: Io = { ...io, stderr: () => {} };
  let last: readonly string[] = [];
  const tellNew = (record: EventRecord) => {
    const text = JSON.stringify(record);
    if (last.includes(text)) return;
    last = [...last.slice(1 - repeatedMax), text];
    tell(record);
    [lastAt, heardAt] = [timeOf(record), performance.now()];
  };
  /** Of the last event by the daemon's clock, and when anything was heard by one that nobody sets. */
  let [lastAt, heardAt] = [Number.POSITIVE_INFINITY, performance.now()];
  let isWaiting = false;
  for (let isFirst = true; ; isFirst = false) {
    const wasTold = await streamEvents(options, search, tellNew, isFirst ? io : quiet);
    if (wasTold) heardAt = performance.now();
    if (isFirst && !wasTold && last.length === 0) return false;
    if (!isWaiting || wasTold) io.stderr('The daemon has ended; what it tells when it runs again follows\n');
    isWaiting = true;
    await delay(againMs);
    // The clock may be set back meanwhile: then what comes now is earlier than what was told last.
    const heardThen = Date.now() - (performance.now() - heardAt) - againMs;
    search.set('since', new Date(Math.min(lastAt, heardThen)).toISOString());
  }
}
