// When an active tells its neighbours again because another router is, or just was, active beside it: they may point
// to that one. Quick at first, so that they point here within an advert interval; then ever rarer, so that a conflict
// that lasts, or a flood of forged adverts, costs about one round a second. RFC 9568 §6.4.3 leaves this to us.

import type { Micros } from '../ports/clock.ts';
import { type Context, nextRound } from './become.ts';
import { effectivePriority } from './election.ts';
import { activeDownInterval } from './timers.ts';
import type { Active, Announcement, Contest, RouterConfig, State, Step } from './types.ts';

/** The pause after the first round; it doubles with each one that follows. */
const FIRST_PAUSE_US = 250_000;
const LONGEST_PAUSE_US = 1_000_000;
/** Whoever has just been heard to answer may be about to yield: it needs its time to take its addresses off. */
const SETTLE_US = 50_000;
const FORGOTTEN_AFTER_US = 10_000_000;

/** Active, and not only just: who answers while the role is changing hands is no rival. */
export const isSettled = (router: RouterConfig, { phase, since }: State, now: Micros): boolean =>
  phase === 'active' && 2 * (now - since) >= router.advertIntervalUs;

/** Of an advert, which is there already when its sender yields: now, if the pause allows it. */
export const announceAgainst = (context: Context<Active>): Step<Active> => contend(context, 0);

/**
 * Another host has answered for our address. It is asked before each advert, and yields to that, if it is lower; if it
 * is higher we do. So only who is active still a moment later announces.
 */
export const hearAnswer = (context: Context<Active>): Step<Active> =>
  contend(context, Math.min(SETTLE_US, context.router.advertIntervalUs / 2));

function contend({ router, state, now }: Context<Active>, settleUs: Micros): Step<Active> {
  // Nobody hears that we are active: the neighbours are better off with the other one.
  const repeat = repeatOf(router);
  if (state.unsent !== undefined || repeat === 0) return { state, effects: [] };
  const { rounds } = current(router, state.contest, now);
  const dueAt = Math.max(now + settleUs, state.lastAnnounceAt + pauseAfter(router, rounds));
  const planned = state.announcement;
  if (planned?.followed === true && planned.at <= dueAt) {
    return { state: { ...state, contest: { rounds, at: now } }, effects: [] };
  }
  const next = { ...state, contest: { rounds: rounds + 1, at: now } };
  if (dueAt > now) {
    const announcement = { at: Math.ceil(dueAt), repeat, followed: true } as const;
    return { state: { ...next, announcement }, effects: [] };
  }
  const round = state.rounds + 1;
  return {
    state: { ...next, ...followUp(router, state.since, now), lastAnnounceAt: now, rounds: round },
    effects: [{ type: 'announce', round, repeat }],
  };
}

/** Once more when the conflict should be over: the other may have announced itself later than we did. */
export const followUp = (
  router: RouterConfig,
  activeSince: Micros,
  now: Micros,
): { announcement?: Announcement } =>
  router.garpLowerDelayUs === 0
    ? nextRound(router, activeSince, now)
    : {
        announcement: {
          at: now + (router.garpLowerDelayUs ?? longestPause(router)),
          repeat: repeatOf(router),
        },
      };

/**
 * It has become active beside another, which yields as soon as it hears that: without a word, if it is of another make,
 * and after an announcement of its own, perhaps, that came to the neighbours later than ours.
 */
export function besideAnother(router: RouterConfig, state: Active): Active {
  const { announcement } = followUp(router, state.since, state.since);
  const isSooner = (announcement?.at ?? 0) < (state.announcement?.at ?? Number.POSITIVE_INFINITY);
  return announcement !== undefined && isSooner && repeatOf(router) > 0 ? { ...state, announcement } : state;
}

const repeatOf = ({ garpLowerRepeat, garpRepeat }: RouterConfig): number => garpLowerRepeat ?? garpRepeat;

const longestPause = ({ advertIntervalUs }: RouterConfig): Micros =>
  Math.max(advertIntervalUs, LONGEST_PAUSE_US);

function pauseAfter(router: RouterConfig, rounds: number): Micros {
  const first = Math.min(FIRST_PAUSE_US, router.advertIntervalUs / 4);
  return Math.min(longestPause(router), first * 2 ** Math.min(20, rounds));
}

function current(router: RouterConfig, contest: Contest | undefined, now: Micros): Contest {
  const silenceUs = activeDownInterval(router.version, effectivePriority(router), router.advertIntervalUs);
  const forgottenAfterUs = Math.max(FORGOTTEN_AFTER_US, silenceUs);
  return contest !== undefined && now - contest.at <= forgottenAfterUs ? contest : { rounds: 0, at: now };
}
