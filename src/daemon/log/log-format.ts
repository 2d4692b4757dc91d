// An event as a line of the log: an object of JSON, or text that a reader sees at a glance and grep finds.
import winston from 'winston';
import type { LogConfig } from '../../model/config/config.ts';

const jsonLines = winston.format.combine(winston.format.timestamp(), winston.format.json());

const textLines = winston.format.combine(
  winston.format.timestamp(),
  winston.format.printf(({ timestamp, level, message, event, ...fields }) => {
    return `${timestamp} ${level.toUpperCase().padEnd(5)} ${event}: ${message}${formatFields(fields)}`;
  }),
);

export const logFormatOf = ({ format }: LogConfig) => (format === 'json' ? jsonLines : textLines);

/** ` {key=value …}`: every typed field, for grep. */
function formatFields(fields: Readonly<Record<string, unknown>>): string {
  const pairs = Object.entries(fields).map(([key, value]) => `${key}=${formatValue(value)}`);
  return pairs.length === 0 ? '' : ` {${pairs.join(' ')}}`;
}

const formatValue = (value: unknown): string =>
  typeof value === 'string' && !/[\s"={}]/.test(value) ? value : JSON.stringify(value);
