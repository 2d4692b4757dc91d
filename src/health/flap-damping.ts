// Hysteresis against flapping: a server that falls again and again is held out of service when it comes back, for a
// time that doubles with each further fall and halves for each window that it then stays up. Pure. It neither judges
// checks (verdict.ts) nor decides who serves while a server is held (reconcile/desire.ts).
// After RFC 2439 (a penalty for each flap, which decays; suppression in between, bounded), with counts and doublings in
// place of its figure of merit and half-lives, so that an operator can foretell the next hold.

import type { FlapPolicy } from '../model/flapping.ts';
import type { Micros } from '../ports/clock.ts';

export type FlapState = {
  /** The last falls, newest last; no more of them than count. */
  readonly falls: readonly Micros[];
  /** 0: no penalty. 1: flap_hold. Each further one: twice as long. */
  readonly level: number;
  /** Since it came up last; undefined while it is down. */
  readonly upSince?: Micros;
};

/** Nothing is held against it. */
export const steady: FlapState = { falls: [], level: 0 };

export function fell(state: FlapState, now: Micros, policy: FlapPolicy): FlapState {
  const falls = [...fallsWithin(state, now, policy), now].slice(-policy.count);
  const level = levelAt(state, now, policy);
  const isPenalised = level > 0 || falls.length >= policy.count;
  return { falls, level: isPenalised ? Math.min(level + 1, levelMax(policy)) : 0 };
}

/** It answers again. A penalty begins to be served now, not at the fall: being down is no good conduct. */
export const cameUp = (state: FlapState, now: Micros): FlapState => ({ ...state, upSince: now });

/** Until when it is held, whether that is past or not; undefined where it is down or has no penalty. */
export const heldUntil = ({ level, upSince }: FlapState, policy: FlapPolicy): Micros | undefined =>
  level === 0 || upSince === undefined ? undefined : upSince + holdOf(level, policy) * 1000;

/** How long it would be held if it came up now; 0 without a penalty. */
export const holdMsAt = (state: FlapState, now: Micros, policy: FlapPolicy): number =>
  holdOf(levelAt(state, now, policy), policy);

export const fallsWithin = ({ falls }: FlapState, now: Micros, { windowMs }: FlapPolicy): readonly Micros[] =>
  falls.filter((at) => now - at < windowMs * 1000);

/** Decays while it is up; RFC 2439 §4.8.6 gives an unreachable route a slower decay, here it has none. */
function levelAt({ level, upSince }: FlapState, now: Micros, { windowMs }: FlapPolicy): number {
  if (upSince === undefined) return level;
  return Math.max(0, level - Math.floor((now - upSince) / (windowMs * 1000)));
}

const holdOf = (level: number, { holdMs, holdMaxMs }: FlapPolicy): number =>
  level === 0 ? 0 : Math.min(holdMaxMs, holdMs * 2 ** (level - 1));

/** Beyond it nothing would grow but the time that forgiveness takes. */
const levelMax = ({ holdMs, holdMaxMs }: FlapPolicy): number =>
  1 + Math.max(0, Math.ceil(Math.log2(holdMaxMs / holdMs)));
