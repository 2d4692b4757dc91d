// How a service damps servers that flap: the words of its configuration. What becomes of it decides health/flap-damping.ts.
export type FlapPolicy = {
  /** So many falls within the window bring the first hold. */
  readonly count: number;
  readonly windowMs: number;
  /** The first hold. */
  readonly holdMs: number;
  /** No hold is longer. */
  readonly holdMaxMs: number;
};
