// Whether a VRRP process that died is started again at once, to go on where it was, or after a pause that grows, with
// nothing: the second time within a minute it cannot be trusted with the addresses. docs/architecture.md, "Two processes".
import type { Micros } from '../ports/clock.ts';

const recentUs = 60_000_000;
const pauseMsFirst = 1000;
const pauseMsMax = 30_000;

/** The deaths of the last minute, and how long the next pause is. */
export type Deaths = { readonly at: readonly Micros[]; readonly nextPauseMs: number };

export const noDeaths: Deaths = { at: [], nextPauseMs: pauseMsFirst };

/** @returns the deaths with this one; `pauseMs` before it is started with nothing, undefined: at once, it resumes. */
export function restartAfter(
  deaths: Deaths,
  now: Micros,
): { readonly deaths: Deaths; readonly pauseMs?: number } {
  const at = [...deaths.at.filter((earlier) => now - earlier < recentUs), now];
  if (at.length === 1) return { deaths: { at, nextPauseMs: pauseMsFirst } };
  const pauseMs = deaths.nextPauseMs;
  return { deaths: { at, nextPauseMs: Math.min(pauseMsMax, 2 * pauseMs) }, pauseMs };
}
