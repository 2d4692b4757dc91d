// Time as the cores see it. Wall-clock time is for log lines only and never decides anything.

/** Integer microseconds of the monotonic clock. */
export type Micros = number;

export type Clock = {
  /** Monotonic; never steps. */
  readonly now: () => Micros;
  /** Calls back once, not before `delayMs` have passed. @returns cancels it; harmless afterwards. */
  readonly after: (delayMs: number, callback: () => void) => () => void;
};
