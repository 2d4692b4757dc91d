// A file that log lines are appended to.

export type LogFile = {
  /** Queues one line; never throws, never waits. */
  readonly write: (line: string) => void;
  /** Resolves once what was queued is written, or cannot be. */
  readonly close: () => Promise<void>;
};

/** `onFailed` is called for each write that failed; its lines are lost. */
export type OpenLogFile = (path: string, onFailed: (error: Error) => void) => LogFile;
