// Where log lines go: a file, or standard output. None of them may hold up who writes.

import type { LogLevel } from '../model/config/config.ts';

export type { LogLevel };

export type LogSink = {
  /** Queues one line of that level; never throws, never waits. */
  readonly write: (line: string, level: LogLevel) => void;
  /** Resolves once what was queued is written, or cannot be, or takes too long. */
  readonly close: () => Promise<void>;
};

export type SinkTroubles = {
  /** A write failed; its lines are lost. */
  readonly onFailed: (error: Error) => void;
  /** So many lines were left out since the last time, as the queue was full; there is room again. */
  readonly onLost: (lines: number) => void;
};

export type OpenLogFile = (path: string, troubles: SinkTroubles) => LogSink;
export type OpenLogOutput = (troubles: SinkTroubles) => LogSink;
