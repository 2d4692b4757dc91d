// The log: each event as a record, by winston's levels and formats, to standard output and to the sinks that the config names
// (sinks.ts). What cannot be written is told at the places that can. A place that nobody reads stops nothing: the sinks leave
// out what does not fit, and it is told how much that was.
import { Writable } from 'node:stream';
import winston from 'winston';
import type { Journal, JournalEvent } from '../../journal/event.ts';
import type { LogConfig } from '../../model/config/log.ts';
import { type LogRecord, severities, type WallTime } from '../../model/log-record.ts';
import type { Clock } from '../../ports/clock.ts';
import type { OpenLogOutput, SinkTroubles } from '../../ports/log-sink.ts';
import { jsonLine, recordOf } from './event-line.ts';
import { limitJournal } from './journal-limit.ts';
import { createSinks, isNative, type OpenTransports } from './sinks.ts';
import { textLine } from './text-line.ts';

export type JournalShell = {
  readonly journal: Journal;
  /** Takes on another level, format or place without losing an event. */
  readonly configure: (log: LogConfig) => void;
  /** Lines that a place did not take, over the life of the log. */
  readonly lost: () => ReadonlyMap<string, number>;
  /** Resolves once what was said is written, or cannot be. */
  readonly close: () => Promise<void>;
};

export type LogPorts = OpenTransports & {
  readonly clock: Clock;
  readonly wallTime: () => WallTime;
  readonly host: { readonly name: string; readonly pid: number };
  readonly openOutput: OpenLogOutput;
  /** What standard output is. */
  readonly output: 'terminal' | 'journal' | 'other';
  /** Told each event, whatever the level of the log: keeps those of late (kept-events.ts). */
  readonly keep?: (record: LogRecord) => void;
};

export function createJournal(initial: LogConfig, ports: LogPorts): JournalShell {
  const { clock, wallTime, host, openOutput, openFile, openJournal, openSyslog } = ports;
  let log = initial;
  const lost = new Map<string, number>();
  const troublesOf = (sink: string): SinkTroubles =>
    countLost(
      (event) => journal(event),
      sink,
      (lines) => lost.set(sink, (lost.get(sink) ?? 0) + lines),
    );
  const output = openOutput(troublesOf('standard output'));
  const outputFormat = () => log.format ?? (ports.output === 'terminal' ? 'text' : 'json');
  const toOutput = (record: LogRecord) => output.write(lineOf(record, outputFormat()), record.level);
  const sinks = createSinks({
    ...{ clock, host, openFile, openJournal, openSyslog, troublesOf },
    lineOf: (record) => lineOf(record, log.format ?? 'json'),
    ...(ports.output === 'journal' && { toJournalStream: toOutput }),
  });
  const logger = winston.createLogger({
    levels: severities,
    format: asRecord(),
    // journald is told by its own protocol, and once.
    transports: [
      transportTo((record) =>
        ports.output === 'journal' && isNative(log, true) ? undefined : toOutput(record),
      ),
      transportTo(sinks.write),
    ],
  });
  const { journal, close: writeLast } = limitJournal(clock, write);

  function write(event: JournalEvent): void {
    const record = recordOf(event, wallTime());
    ports.keep?.(record);
    logger.log({ level: record.level, message: record.message, record });
  }

  function configure(next: LogConfig): void {
    log = next;
    logger.level = next.level;
    sinks.use(next);
  }

  async function close(): Promise<void> {
    writeLast();
    await sinks.close();
    await output.close();
    logger.end();
  }

  configure(initial);
  return { journal, configure, lost: () => lost, close };
}

/** Counts at once what a place loses, and tells it twice: elsewhere as that begins, and at the place itself where it is missing. */
function countLost(journal: Journal, sink: string, count: (lines: number) => void): SinkTroubles {
  /** Counted, and not told yet. */
  let untold = 0;
  const failed = (reason: string) => journal({ event: 'log.failed', sink, reason });
  return {
    onFailed: ({ message }) => failed(message),
    onLeftOut: () => {
      count(1);
      untold += 1;
      if (untold === 1) failed('more waits for it than is kept; what comes now is left out');
    },
    onLost: (lines) => {
      count(Math.max(0, lines - untold));
      untold = Math.max(0, untold - lines);
      journal({ event: 'log.lost', sink, lines });
    },
  };
}

/** What a record is written as is each place's own: a line of JSON or text, a datagram of the journal, one of syslog. */
const asRecord = winston.format((info) => info);

/** Takes each record at once: what cannot keep up with that is the sink's matter. */
const transportTo = (write: (record: LogRecord) => void) =>
  new winston.transports.Stream({
    stream: new Writable({
      objectMode: true,
      write: ({ record }: { readonly record: LogRecord }, _encoding, done) => {
        write(record);
        done();
      },
    }),
  });

const lineOf = (record: LogRecord, format: 'json' | 'text'): string =>
  format === 'json' ? jsonLine(record) : textLine(record);
