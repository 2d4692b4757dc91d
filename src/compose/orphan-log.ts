// The log of a VRRP process whose main process is gone or frozen: its events go to standard error as whole lines of the log,
// first those that it sent and that nobody may have heard. What makes sentences of events is loaded when the process has
// long started, because a crashed one must be back within an advert interval.
import type { JournalEvent } from '../journal/event.ts';
import { openLogOutput } from '../system/files/log-output.ts';
import { levelPrefix } from '../system/host/level-prefix.ts';

/** A main process that says nothing for its heartbeat limit has missed no more than that at the rates that events come at. */
const unheardMax = 1000;
const loadAfterMs = 3000;

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

type Said = { readonly event: JournalEvent; readonly timestamp: string };

export function openOrphanLog(stream: NodeJS.WriteStream & { readonly fd: number }): OrphanLog {
  let unheard: Said[] = [];
  let writing: Promise<void> = Promise.resolve();
  const load = once(() => import('../daemon/log/event-line.ts'));
  const preload = setTimeout(() => void load(), loadAfterMs);
  preload.unref();
  const output = once(() =>
    openLogOutput(
      stream,
      // There is no other place to tell it.
      { onFailed: () => {}, onLost: () => {} },
      levelPrefix(stream.fd, process.env.JOURNAL_STREAM),
    ),
  );

  const say = ({ event, timestamp }: Said) => {
    writing = writing.then(async () => {
      const { line, level } = (await load()).eventLine(event, timestamp);
      output().write(line, level);
    });
  };
  const now = (event: JournalEvent): Said => ({ event, timestamp: new Date().toISOString() });

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
      await output().close();
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
