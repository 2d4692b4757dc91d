// An event as it is kept and handed on: its name and fields, with level, sentence and the time of the wall clock, as a line
// of the log in JSON has them. Also read back from such lines, of this version or another. Decides nothing.
import type { LogLevel } from '../model/config/log.ts';
import type { LogRecord } from '../model/log-record.ts';
import { isRecord } from '../net/record.ts';

export type EventRecord = {
  readonly event: string;
  readonly level: LogLevel;
  readonly message: string;
  /** RFC 3339, with milliseconds. */
  readonly timestamp: string;
  readonly [field: string]: unknown;
};

export const logLevels = ['error', 'warn', 'info', 'debug'] as const satisfies readonly LogLevel[];

export const flatRecord = ({ timestamp, level, event, message, fields }: LogRecord): EventRecord => ({
  ...{ timestamp, level, event, message },
  ...fields,
});

/** @returns undefined for what is no such line. */
export function parseRecord(value: unknown): EventRecord | undefined {
  if (!isRecord(value)) return undefined;
  const { event, level, message, timestamp } = value;
  const isText = [event, message, timestamp].every((each) => typeof each === 'string');
  if (!isText || !logLevels.some((each) => each === level)) return undefined;
  return Number.isNaN(timeOf(value as EventRecord)) ? undefined : (value as EventRecord);
}

/** The same of a line of a log in JSON. */
export function parseRecordLine(line: string): EventRecord | undefined {
  try {
    return parseRecord(JSON.parse(line));
  } catch {
    return undefined;
  }
}

/** Milliseconds since 1970. */
export const timeOf = ({ timestamp }: Pick<EventRecord, 'timestamp'>): number => Date.parse(timestamp);
