// When checks start: at a fixed rate, spread over the interval by the name of each check, so that neither a
// slow server nor a reload moves another's starts. The first round comes within a second, for quick verdicts, or within
// the warmup that is wanted.
// Starts that were missed are never made up for.
// Pure: times are integer microseconds of the monotonic clock.
import type { Micros } from '../ports/clock.ts';

/** The longest that a new check waits for its first start. */
export const firstRoundMs = 1000;

/** The starts of one check are `anchor` + k x `interval`, after one early start at `first`. */
export type Schedule = { readonly first: Micros; readonly anchor: Micros; readonly interval: Micros };

/**
 * @param key names the check: equal keys get equal places in the interval, on every director.
 * @param warmupMs within which the first start comes
 */
export function scheduleOf(
  key: string,
  now: Micros,
  intervalMs: number,
  warmupMs = Math.min(intervalMs, firstRoundMs),
): Schedule {
  const phase = phaseOf(key);
  const interval = intervalMs * 1000;
  return {
    first: now + Math.floor(phase * warmupMs * 1000),
    anchor: now + Math.floor(phase * interval),
    interval,
  };
}

/**
 * The start after the one that was due at `due` and really began at `begun`: on the grid, and half an interval later
 * at least. What began so late that the grid would have the next one too soon, or has gone by, follows off the grid
 * and finds back to it: where there is more to check than can be, all have longer intervals, and none is left out.
 */
export function nextStart({ anchor, interval }: Schedule, due: Micros, begun: Micros): Micros {
  const half = Math.floor(interval / 2);
  const onGrid = anchor + Math.max(0, Math.ceil((due + half - anchor) / interval)) * interval;
  return Math.max(onGrid, begun + half);
}

export type Ended = { readonly startedAt: Micros; readonly endedAt: Micros; readonly isProgram: boolean };

/**
 * The start after a check that failed, while that has not taken its server out: keepalived's delay_before_retry, which it
 * counts from the end of a check and from the start of a program (keepalived/check/check_tcp.c, check_misc.c).
 */
export const retryStart = (retryMs: number, { startedAt, endedAt, isProgram }: Ended): Micros =>
  isProgram ? Math.max(endedAt, startedAt + retryMs * 1000) : endedAt + retryMs * 1000;

/** How many starts of the grid went by while one waited. */
export const startsMissed = ({ interval }: Schedule, due: Micros, begun: Micros): number =>
  Math.max(0, Math.floor((begun - due) / interval));

/** Where in the interval, 0 to below 1: FNV-1a of the key, its bits mixed so that like names fall apart. */
export function phaseOf(key: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < key.length; index++) {
    hash = Math.imul(hash ^ key.charCodeAt(index), 0x01000193);
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return ((hash ^ (hash >>> 16)) >>> 0) / 0x1_0000_0000;
}
