// The log of a VRRP process whose main process is gone or frozen: its events go to standard error as whole lines of the log, or,
// where that is journald's, to journald by its own protocol; first those that it sent and that nobody may have heard. What
// makes sentences of events is loaded when the process has long started, because a crashed one must be back within an
// advert interval.
import type { JournalEvent } from '../journal/event.ts';
import type { WallTime } from '../model/log-record.ts';
import { systemClock } from '../system/clock.ts';
import { type AppendLines, appendLines } from '../system/files/append-lines.ts';
import { openLogOutput } from '../system/files/log-output.ts';
import { isJournalStream, levelPrefix } from '../system/host/level-prefix.ts';
import { journalSocket, openLogDatagrams } from '../system/sockets/log-datagrams.ts';
import { wallTime } from '../system/wall-clock.ts';
import { unheardBytesMax } from './unheard-file.ts';

/** A main process that says nothing for its heartbeat limit has missed no more than that at the rates that events come at. */
const unheardMax = 1000;
const loadAfterMs = 3000;
/** A disk that hangs does not keep a process that is to end. */
const keptMsMax = 300;

export type OrphanLog = {
  /** Sent to the main process: kept until that is heard again. */
  readonly sent: (event: JournalEvent) => void;
  /** The main process lives: what was sent before is its to tell. */
  readonly heard: () => void;
  /** Nobody hears: this one and all that follow are written here. */
  readonly write: (event: JournalEvent) => void;
  /** Resolves once all is written, or cannot be. */
  readonly close: () => Promise<void>;
};

type Said = { readonly event: JournalEvent; readonly time: WallTime };
const nowhere: AppendLines = { write: () => {}, close: () => Promise.resolve() };
/** There is no other place to tell it. */
const troubles = { onFailed: () => {}, onLeftOut: () => {}, onLost: () => {} };

/** @param unheardPath where a main process that comes next finds what was told (open-events.ts) */
export function openOrphanLog(
  stream: NodeJS.WriteStream & { readonly fd: number },
  unheardPath?: string,
): OrphanLog {
  const kept = unheardPath === undefined ? nowhere : appendLines(unheardPath, unheardBytesMax);
  let unheard: Said[] = [];
  let writing: Promise<void> = Promise.resolve();
  const load = once(() => import('../daemon/log/orphan-sink.ts'));
  const preload = setTimeout(() => void load(), loadAfterMs);
  preload.unref();
  const isJournal = isJournalStream(stream.fd, process.env.JOURNAL_STREAM);
  const output = once(() =>
    openLogOutput(stream, troubles, levelPrefix(stream.fd, process.env.JOURNAL_STREAM)),
  );
  const sink = once(async () =>
    (await load()).createOrphanSink({
      ...{ clock: systemClock, output: output(), troubles, keep: kept.write },
      ...(isJournal && { journal: openLogDatagrams(journalSocket) }),
    }),
  );

  const say = ({ event, time }: Said) => {
    writing = writing.then(async () => (await sink()).write((await load()).recordOf(event, time)));
  };
  const now = (event: JournalEvent): Said => ({ event, time: wallTime() });

  return {
    sent: (event) => {
      unheard = [...unheard.slice(1 - unheardMax), now(event)];
    },
    heard: () => {
      unheard = [];
    },
    write: (event) => {
      for (const said of [...unheard, now(event)]) say(said);
      unheard = [];
    },
    close: async () => {
      clearTimeout(preload);
      await writing;
      await Promise.all([kept.close(keptMsMax), (await sink()).close()]);
    },
  };
}

function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}
