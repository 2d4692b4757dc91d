// Where the log goes: sinks that take whole records, and transports that carry lines for them. None of them may hold up who
// writes.
import type { LogLevel } from '../model/config/log.ts';
import type { LogRecord } from '../model/log-record.ts';

export type { LogLevel };

/** Takes whole lines: standard output. */
export type LogSink = {
  /** Queues one line of that level; never throws, never waits. */
  readonly write: (line: string, level: LogLevel) => void;
  /** Resolves once what was queued is written, or cannot be, or takes too long. */
  readonly close: () => Promise<void>;
};

export type RecordSink = {
  readonly write: (record: LogRecord) => void;
  readonly close: () => Promise<void>;
};

export type SinkTroubles = {
  /** It cannot be written to; what is queued is tried again. */
  readonly onFailed: (error: Error) => void;
  /** A line is left out, as the queue is full: at once. */
  readonly onLeftOut: () => void;
  /** So many lines were left out since the last time, or never taken; there is room again, or it is the end. */
  readonly onLost: (lines: number) => void;
};

/** Carries lines to a file, a socket, a host. Has no queue and no memory of failures: daemon/log/queued-sink.ts has. */
export type LogTransport = {
  /**
   * Takes lines from the first on. Resolves to how many: fewer than there are where there is no room just now. Rejects where
   * the place cannot be reached, and then none counts as taken.
   */
  readonly send: (lines: readonly Uint8Array[]) => Promise<number>;
  readonly close: () => void;
};

export type OpenLogOutput = (troubles: SinkTroubles) => LogSink;
