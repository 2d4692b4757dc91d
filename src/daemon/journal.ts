// The log: each event to standard output and, where asked for, to a file, through winston. A file that cannot
// be written is reported on standard output, left out, and tried again a minute later: it never stops the daemon.
import { Writable } from 'node:stream';
import winston from 'winston';
import type { LogConfig } from '../config/config.ts';
import type { Clock } from '../ports/clock.ts';
import type { Journal } from '../ports/journal.ts';
import type { LogFile, OpenLogFile } from '../ports/log-file.ts';
import { describeEvent, levelOf } from './describe-event.ts';

const retryMs = 60_000;

export type JournalShell = {
  readonly journal: Journal;
  /** Takes on another level, format or file without losing an event. */
  readonly configure: (log: LogConfig) => void;
  /** Resolves once what was said is written, or cannot be. */
  readonly close: () => Promise<void>;
};

export function createJournal(initial: LogConfig, clock: Clock, openLogFile: OpenLogFile): JournalShell {
  let path: string | undefined;
  let file: LogFile | undefined;
  let cancelRetry = () => {};

  const toFile = new Writable({
    decodeStrings: false,
    write: (line: string, _encoding, done) => {
      file?.write(line);
      done();
    },
  });
  const logger = winston.createLogger({
    levels: { error: 0, warn: 1, info: 2, debug: 3 },
    transports: [new winston.transports.Console(), new winston.transports.Stream({ stream: toFile })],
  });

  const journal: Journal = (event) => {
    const { event: name, ...fields } = event;
    logger.log({ level: levelOf(event), message: describeEvent(event), event: name, ...fields });
  };

  function open(target: string): void {
    const opened = openLogFile(target, (error) => {
      if (file !== opened) return;
      file = undefined;
      journal({ event: 'log.failed', sink: target, reason: error.message });
      cancelRetry = clock.after(retryMs, () => open(target));
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
    await file?.close();
    logger.end();
  }

  configure(initial);
  return { journal, configure, close };
}

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
