// A place in a file, and what is wrong there.
/** Where something stands in a config file; line and column count from 1. */
export type Position = { readonly file: string; readonly line: number; readonly column: number };

/** "FILE:LINE:COLUMN: Cannot <act>: expected <rule>, got <value>" is `message` behind its position. */
export type Problem = {
  readonly severity: 'error' | 'warning';
  readonly at: Position;
  readonly message: string;
  /** Its remedy is for the whole file: the same message further down is left out. */
  readonly isToldOnce?: true;
};
