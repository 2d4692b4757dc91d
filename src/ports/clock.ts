// Time as the cores see it. Wall-clock time is for log lines only and never decides anything.

/** Integer microseconds: of the monotonic clock, or a length of time. */
export type Micros = number;

export type Clock = {
  /** Monotonic; never steps. */
  readonly now: () => Micros;
  /** Calls back once, not before `delayMs` have passed. @returns cancels it; harmless afterwards. */
  readonly after: (delayMs: number, callback: () => void) => () => void;
};

export type EventLoop = {
  /**
   * Calls back once every socket that was readable has been read: a timer that fires after a stall runs before
   * the datagrams that arrived meanwhile, and must not be believed before those have been heard.
   */
  readonly afterPoll: (callback: () => void) => void;
};
