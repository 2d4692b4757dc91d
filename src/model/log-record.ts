// An event as every sink of the log has it: harmless (net/shown.ts), with its level, its sentence and its time. How it is
// written is each sink's matter.
import type { LogLevel } from './config/log.ts';

export type WallTime = {
  /** RFC 3339, UTC. */
  readonly timestamp: string;
  /** As RFC 3164 has it (§4.1.2), of this host's time zone: "Nov  3 07:04:05". */
  readonly bsdTime: string;
};

export type LogRecord = WallTime & {
  readonly event: string;
  readonly level: LogLevel;
  /** One sentence without a full stop. */
  readonly message: string;
  readonly fields: Readonly<Record<string, unknown>>;
};

/** syslog(3). */
export const severities: Readonly<Record<LogLevel, number>> = { error: 3, warn: 4, info: 6, debug: 7 };
