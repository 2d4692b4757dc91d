// What an advert that went to nobody does (a firewall's EPERM, ENOBUFS, EMSGSIZE, ENETDOWN): an active that cannot be
// heard will be replaced, so it no longer announces itself against its successor, yields to it, and has left at the
// latest after its own Active_Down_Interval. As backup it tries an advert first, and takes over only once one has gone
// out. One of several paths or peers that fails is no such case: the shell tells only what failed for all.

import type { Micros } from '../ports/clock.ts';
import { type BackupOptions, become, type Context, leavingState } from './become.ts';
import { announceAgainst } from './contest.ts';
import { effectivePriority } from './election.ts';
import { LOWEST_PRIORITY } from './last-word.ts';
import { activeDownInterval } from './timers.ts';
import type { Active, Backup, Event, RouterConfig, Step, Unsent } from './types.ts';

type Sending = Extract<Event, { type: 'advertFailed' | 'advertSent' }>;

export function onSending(context: Context, event: Sending): Step {
  const { state } = context;
  switch (state.phase) {
    case 'active':
      return asActive({ ...context, state }, event);
    case 'backup':
    case 'leaving': {
      if (event.type === 'advertFailed') return { state: { ...state, unsent: event.reason }, effects: [] };
      const { unsent: _, ...rest } = state;
      if (state.unsent === undefined || rest.phase !== 'backup') return { state: rest, effects: [] };
      return { state: atLast(rest, context.now), effects: [] };
    }
    case 'initialize':
    case 'fault':
      return { state, effects: [] };
  }
}

/** Whatever went out tells an active that it is not alone. Where the timer had fired before it was tried, that counts. */
function atLast({ triedAt, owesWord: _, ...state }: Backup, now: Micros): Backup {
  return triedAt === undefined ? state : { ...state, activeDownAt: now };
}

function asActive(context: Context<Active>, event: Sending): Step {
  const { router, state } = context;
  const { unsent, ...rest } = state;
  if (event.type === 'advertSent') {
    // Whoever took over meanwhile yields to it now, if it is lower; of other makes some do so without a word.
    return unsent === undefined ? { state, effects: [] } : announceAgainst({ ...context, state: rest });
  }
  const since = unsent?.since ?? Math.max(state.since, event.lastSentAt);
  const next = { ...state, unsent: unsentSince(router, { since, reason: event.reason }) };
  return leaveUnheard({ ...context, state: next });
}

/** By the others' reckoning, which goes with our priority and interval. */
export const unsentSince = (
  router: RouterConfig,
  { since, reason }: Pick<Unsent, 'since' | 'reason'>,
): Unsent => {
  const downUs = activeDownInterval(router.version, effectivePriority(router), router.advertIntervalUs);
  return { since, until: since + downUs, reason };
};

/** By then the others have replaced it, or wait for nothing else. */
export function leaveUnheard(context: Context<Active>): Step {
  const { router, state, now } = context;
  const { unsent } = state;
  if (unsent === undefined || now < unsent.until) return { state, effects: [] };
  const next = { ...leavingState(router, 'unsent', now), unsent: unsent.reason };
  return become(context, next, { reason: 'adverts_unsent', detail: unsent.reason });
}

/** Whether it must take another active for its successor, whatever the claims: more than one advert has failed. */
export const isUnheard = (router: RouterConfig, { unsent }: Active, now: Micros): boolean =>
  unsent !== undefined && now - unsent.since >= 2 * router.advertIntervalUs;

/** What a router remembers of it that goes on as backup. */
export const stillUnsent = ({ unsent }: { readonly unsent?: Unsent | string }): BackupOptions =>
  unsent === undefined ? {} : { unsent: typeof unsent === 'string' ? unsent : unsent.reason };

/** An advert that makes nobody yield: does it go out? */
export function tryAdvert({ router, state, now }: Context<Backup>): Step {
  const waitUs = activeDownInterval(router.version, effectivePriority(router), state.activeIntervalUs);
  return {
    state: { ...state, activeDownAt: now + waitUs, triedAt: now },
    effects: [{ type: 'sendAdvert', priority: LOWEST_PRIORITY }],
  };
}
