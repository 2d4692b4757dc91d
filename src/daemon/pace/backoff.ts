// How long to wait after the kernel has refused something.
import type { Micros } from '../../ports/clock.ts';

export type Refusal = {
  /** In ipvsadm's words. */
  readonly operation: string;
  readonly code: string;
  readonly reason: string;
  readonly attempts: number;
  readonly retryMs: number;
  readonly retryAt: Micros;
};

export const retryMsMax = 60_000;

/** How long to wait after so many refusals in a row. */
export const retryMsAfter = (attempts: number): number =>
  Math.min(retryMsMax, 1000 * 2 ** Math.min(attempts - 1, 16));
