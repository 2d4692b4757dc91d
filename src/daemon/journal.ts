// The log: each event to standard output and, where asked for, to a rotated file, through winston. A sink that
// fails is reported on the others, left out, and tried again a minute later; it never stops the daemon.
import winston from 'winston';
import type { LogConfig } from '../config/config.ts';
import type { Clock } from '../ports/clock.ts';
import type { Journal } from '../ports/journal.ts';
import { describeEvent, levelOf } from './describe-event.ts';

const retryMs = 60_000;
const fileSizeMax = 10 * 1024 * 1024;
const filesMax = 5;

export type JournalShell = {
  readonly journal: Journal;
  /** Takes on another level, format or file without losing an event. */
  readonly configure: (log: LogConfig) => void;
  /** Resolves once what was said has been written, or cannot be. */
  readonly close: () => Promise<void>;
};

export function createJournal(initial: LogConfig, clock: Clock): JournalShell {
  const logger = winston.createLogger({
    levels: { error: 0, warn: 1, info: 2, debug: 3 },
    exitOnError: false,
  });
  const console = new winston.transports.Console();
  logger.add(console);
  let file: ReturnType<typeof openFile> | undefined;
  let cancelRetry = () => {};

  const journal: Journal = (event) => {
    const { event: name, ...fields } = event;
    logger.log({ level: levelOf(event), message: describeEvent(event), event: name, ...fields });
  };

  function openFile(path: string) {
    const transport = new winston.transports.File({
      filename: path,
      maxsize: fileSizeMax,
      maxFiles: filesMax,
    });
    const opened = { path, transport };
    transport.on('error', (error: Error) => {
      if (file !== opened) return;
      closeFile();
      journal({ event: 'log.failed', sink: path, reason: error.message });
      cancelRetry = clock.after(retryMs, () => {
        file ??= openFile(path);
      });
    });
    logger.add(transport);
    return opened;
  }

  function closeFile(): void {
    if (file !== undefined) logger.remove(file.transport);
    file = undefined;
  }

  function configure(log: LogConfig): void {
    logger.level = log.level;
    logger.format = log.format === 'json' ? jsonLines : textLines;
    if (log.file === file?.path) return;
    cancelRetry();
    closeFile();
    if (log.file !== undefined) file = openFile(log.file);
  }

  configure(initial);
  return {
    journal,
    configure,
    close: () => {
      cancelRetry();
      return new Promise((resolve) => {
        logger.once('finish', resolve);
        logger.end();
      });
    },
  };
}

const jsonLines = winston.format.combine(winston.format.timestamp(), winston.format.json());

const textLines = winston.format.combine(
  winston.format.timestamp(),
  winston.format.printf(({ timestamp, level, message, event, ...fields }) => {
    return `${timestamp} ${level.toUpperCase().padEnd(5)} ${event} ${message}${formatFields(fields)}`;
  }),
);

/** ` {key=value, …}`: what the sentence leaves out, for grep. */
function formatFields(fields: Readonly<Record<string, unknown>>): string {
  const pairs = Object.entries(fields).map(([key, value]) => `${key}=${formatValue(value)}`);
  return pairs.length === 0 ? '' : ` {${pairs.join(' ')}}`;
}

const formatValue = (value: unknown): string =>
  typeof value === 'string' && !/[\s"={}]/.test(value) ? value : JSON.stringify(value);
