// Skew_Time, Active_Down_Interval and what is derived from them, in integer microseconds: multiply first,
// divide last, so that skews stay ordered by priority at 10 ms adverts too. RFC 9568 §6.1, RFC 3768 §6.1.

import type { Micros } from '../ports/clock.ts';
import type { RouterConfig } from './types.ts';

const SECOND_US = 1_000_000;

/** Version 3: (256 - Priority) * Active_Adver_Interval / 256. Version 2: always on a base of one second. */
export function skewTime(version: 2 | 3, priority: number, activeIntervalUs: Micros): Micros {
  const base = version === 2 ? SECOND_US : activeIntervalUs; // RFC 3768 §6.1: (256 - Priority) / 256 seconds
  return Math.floor(((256 - priority) * base) / 256);
}

/** 3 * Active_Adver_Interval + Skew_Time; RFC 3768 calls it Master_Down_Interval. */
export const activeDownInterval = (version: 2 | 3, priority: number, activeIntervalUs: Micros): Micros =>
  3 * activeIntervalUs + skewTime(version, priority, activeIntervalUs);

/**
 * How long a leaving router waits for a successor: the Skew_Time of the slowest peer there can be (priority 1)
 * after the second of two priority-0 adverts, which are one advert interval apart.
 */
export const successorWait = ({ version, advertIntervalUs }: RouterConfig): Micros =>
  advertIntervalUs + skewTime(version, 1, advertIntervalUs);

/**
 * In a sync group the peer moves only when its timers of all members have fired: an Active_Down_Interval of the
 * slowest peer for the one whose link died, and an advert interval for what was already on its way.
 */
export const groupSuccessorWait = ({ version, advertIntervalUs }: RouterConfig): Micros =>
  advertIntervalUs + activeDownInterval(version, 1, advertIntervalUs);

/** Whether waiting for the next advert would leave fewer than three renewals a lease. */
export function leaseIsDue(router: RouterConfig, renewedAt: Micros, now: Micros): boolean {
  if (router.leaseUs === 'off') return false;
  return 3 * (now + router.advertIntervalUs - renewedAt) > router.leaseUs;
}
