// The log: each event to standard output and, where asked for, to a file, through winston. A file that cannot
// be written is reported on standard output, left out, and tried again a minute later: it never stops the daemon.
// Nor does an output that nobody reads: the sinks leave out what does not fit, and it is told how much that was.
import { Writable } from 'node:stream';
import winston from 'winston';
import { describeEvent, levelOf } from '../../journal/describe-event.ts';
import type { Journal, JournalEvent } from '../../journal/event.ts';
import type { LogConfig } from '../../model/config/config.ts';
import type { Clock } from '../../ports/clock.ts';
import type { LogLevel, LogSink, OpenLogFile, OpenLogOutput, SinkTroubles } from '../../ports/log-sink.ts';
import { showableEvent } from './event-line.ts';
import { limitJournal } from './journal-limit.ts';

const retryMs = 60_000;

export type JournalShell = {
  readonly journal: Journal;
  /** Takes on another level, format or file without losing an event. */
  readonly configure: (log: LogConfig) => void;
  /** Resolves once what was said is written, or cannot be. */
  readonly close: () => Promise<void>;
};

export type JournalSinks = { readonly openOutput: OpenLogOutput; readonly openFile: OpenLogFile };

export function createJournal(
  initial: LogConfig,
  clock: Clock,
  { openOutput, openFile }: JournalSinks,
): JournalShell {
  let path: string | undefined;
  let file: LogSink | undefined;
  let cancelRetry = () => {};
  const output = openOutput(troublesOf('standard output', () => {}));
  const logger = winston.createLogger({
    levels: { error: 0, warn: 1, info: 2, debug: 3 },
    transports: [
      transportTo((...line) => output.write(...line)),
      transportTo((...line) => file?.write(...line)),
    ],
  });

  const { journal, close: writeLast } = limitJournal(clock, write);

  function write(given: JournalEvent): void {
    // Whatever an event quotes, from a peer's packet to the name of a file: it forges no line and drives no terminal.
    const event = showableEvent(given);
    const { event: name, ...fields } = event;
    logger.log({ level: levelOf(event), message: describeEvent(event), event: name, ...fields });
  }

  function troublesOf(sink: string, onFailed: () => void): SinkTroubles {
    return {
      onFailed: (error) => {
        onFailed();
        journal({ event: 'log.failed', sink, reason: error.message });
      },
      onLost: (lines) => journal({ event: 'log.lost', sink, lines }),
    };
  }

  function open(target: string): void {
    const troubles = troublesOf(target, () => {
      file = undefined;
      cancelRetry = clock.after(retryMs, () => open(target));
    });
    const opened = openFile(target, {
      onFailed: (error) => file === opened && troubles.onFailed(error),
      onLost: troubles.onLost,
    });
    file = opened;
  }

  function configure(log: LogConfig): void {
    logger.level = log.level;
    logger.format = log.format === 'json' ? jsonLines : textLines;
    if (log.file === path) return;
    path = log.file;
    cancelRetry();
    file = undefined;
    if (path !== undefined) open(path);
  }

  async function close(): Promise<void> {
    cancelRetry();
    writeLast();
    await Promise.all([file?.close(), output.close()]);
    logger.end();
  }

  configure(initial);
  return { journal, configure, close };
}

/** Takes each line at once: what cannot keep up with that is the sink's matter. */
const transportTo = (write: LogSink['write']) =>
  new winston.transports.Stream({
    stream: new Writable({
      objectMode: true,
      write: (entry: Entry, _encoding, done) => {
        write(`${entry[formatted]}\n`, entry.level);
        done();
      },
    }),
  });

/** Where winston puts the line that a format has made. */
const formatted = Symbol.for('message');
type Entry = { readonly level: LogLevel; readonly [formatted]: string };

const jsonLines = winston.format.combine(winston.format.timestamp(), winston.format.json());

const textLines = winston.format.combine(
  winston.format.timestamp(),
  winston.format.printf(({ timestamp, level, message, event, ...fields }) => {
    return `${timestamp} ${level.toUpperCase().padEnd(5)} ${event}: ${message}${formatFields(fields)}`;
  }),
);

/** ` {key=value …}`: every typed field, for grep. */
function formatFields(fields: Readonly<Record<string, unknown>>): string {
  const pairs = Object.entries(fields).map(([key, value]) => `${key}=${formatValue(value)}`);
  return pairs.length === 0 ? '' : ` {${pairs.join(' ')}}`;
}

const formatValue = (value: unknown): string =>
  typeof value === 'string' && !/[\s"={}]/.test(value) ? value : JSON.stringify(value);
