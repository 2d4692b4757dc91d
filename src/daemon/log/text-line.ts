// A record as a line of text, that a reader sees at a glance and grep finds.
import type { LogRecord } from '../../model/log-record.ts';

/** With its end. */
export function textLine({ timestamp, level, event, message, fields }: LogRecord): string {
  return `${timestamp} ${level.toUpperCase().padEnd(5)} ${event}: ${message}${formatFields(fields)}\n`;
}

/** ` {key=value …}`: every typed field, for grep. */
export function formatFields(fields: Readonly<Record<string, unknown>>): string {
  const pairs = Object.entries(fields).map(([key, value]) => `${key}=${formatValue(value)}`);
  return pairs.length === 0 ? '' : ` {${pairs.join(' ')}}`;
}

const formatValue = (value: unknown): string =>
  typeof value === 'string' && !/[\s"={}]/.test(value) ? value : JSON.stringify(value);
