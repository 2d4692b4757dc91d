// What a delivery of a notice (a mail, a request to a webhook) came to, and what follows: nothing more, another try after a
// while, or that it is given up. Pure: when a try is made, and what is told, is delivery-queue.ts's.
import { retryMsAfter } from '../pace/backoff.ts';

export type Attempt =
  | { readonly kind: 'delivered' }
  /** By who is there and will not have it: to ask again would change nothing. */
  | { readonly kind: 'refused'; readonly reason: string }
  /** Nobody there, no answer, or "later". @property retryAfterMs as the other side wishes it. */
  | { readonly kind: 'failed'; readonly reason: string; readonly retryAfterMs?: number };

/** How much of a sink may wait, and for how long. */
export type DeliveryLimits = {
  readonly countMax: number;
  readonly bytesMax: number;
  /** One try takes no longer. */
  readonly attemptMs: number;
  /** A notice that is as old as that is news no more. */
  readonly deadlineMs: number;
};

export const deliveryLimits: DeliveryLimits = {
  countMax: 1000,
  bytesMax: 4_000_000,
  attemptMs: 30_000,
  deadlineMs: 3_600_000,
};

/** Of one notice, so far. */
export type Course = {
  readonly attempts: number;
  /** Since it was handed over. */
  readonly ageMs: number;
  /** Nobody waits any more: the daemon ends. */
  readonly isLast: boolean;
};

export type Next = { readonly kind: 'over' } | { readonly kind: 'retry'; readonly afterMs: number };

/** @returns what follows a try; "over" of one that was not delivered means that it is lost. */
export function nextAfter(
  attempt: Attempt,
  { attempts, ageMs, isLast }: Course,
  limits: DeliveryLimits,
): Next {
  if (attempt.kind !== 'failed' || isLast) return { kind: 'over' };
  const afterMs = Math.max(retryMsAfter(attempts), attempt.retryAfterMs ?? 0);
  return ageMs + afterMs >= limits.deadlineMs ? { kind: 'over' } : { kind: 'retry', afterMs };
}

/**
 * How many of those who wait have to go so that one more fits in, the oldest first: what counts is where things ended up.
 * @param waiting the bytes of each, the oldest first
 */
export function leftOutFor(waiting: readonly number[], bytes: number, limits: DeliveryLimits): number {
  let count = waiting.length + 1;
  let total = waiting.reduce((sum, each) => sum + each, bytes);
  let left = 0;
  for (const each of waiting) {
    if (count <= limits.countMax && total <= limits.bytesMax) break;
    left += 1;
    count -= 1;
    total -= each;
  }
  return left;
}
