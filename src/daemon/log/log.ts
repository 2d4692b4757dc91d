// The log: each event to standard output and, where asked for, to a file (retried-file.ts), through winston. What
// cannot be written is told at the place that can. An output that nobody reads stops nothing: the sinks leave out what
// does not fit, and it is told how much that was.
import { Writable } from 'node:stream';
import winston from 'winston';
import { describeEvent, levelOf } from '../../journal/describe-event.ts';
import type { Journal, JournalEvent } from '../../journal/event.ts';
import type { LogConfig } from '../../model/config/config.ts';
import type { Clock } from '../../ports/clock.ts';
import type { LogLevel, LogSink, OpenLogFile, OpenLogOutput, SinkTroubles } from '../../ports/log-sink.ts';
import { showableEvent } from './event-line.ts';
import { limitJournal } from './journal-limit.ts';
import { logFormatOf } from './log-format.ts';
import { createRetriedFile } from './retried-file.ts';

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
  const troublesOf = (sink: string): SinkTroubles => ({
    onFailed: (error) => journal({ event: 'log.failed', sink, reason: error.message }),
    onLost: (lines) => journal({ event: 'log.lost', sink, lines }),
  });
  const output = openOutput(troublesOf('standard output'));
  const file = createRetriedFile({ clock, openFile, troublesOf });
  const logger = winston.createLogger({
    levels: { error: 0, warn: 1, info: 2, debug: 3 },
    transports: [transportTo(output.write), transportTo(file.write)],
  });

  const { journal, close: writeLast } = limitJournal(clock, write);

  function write(given: JournalEvent): void {
    // Whatever an event quotes, from a peer's packet to the name of a file: it forges no line and drives no terminal.
    const event = showableEvent(given);
    const { event: name, ...fields } = event;
    logger.log({ level: levelOf(event), message: describeEvent(event), event: name, ...fields });
  }

  function configure(log: LogConfig): void {
    logger.level = log.level;
    logger.format = logFormatOf(log);
    file.use(log.file);
  }

  async function close(): Promise<void> {
    writeLast();
    await Promise.all([file.close(), output.close()]);
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
