// A start that finds the addresses of an earlier run in the kernel: they answer, and nobody else does yet. Taking them
// away would leave the clients alone until the others' timers fire. So priority 0 is said once, and they are served
// until a successor is heard, as when a role is given away; if none comes within Active_Down_Interval, the router is
// what any start would be by then: active. RFC 9568 §6.4.1 knows no addresses that are there before.

import type { Micros } from '../ports/clock.ts';
import { activeState, backupState, become, type Context } from './become.ts';
import { effectivePriority, RESIGNED_PRIORITY } from './election.ts';
import { activeDownInterval } from './timers.ts';
import type { Effect, Leaving, RouterConfig, Step } from './types.ts';

/** From initialize. */
export function hold(context: Context): Step {
  const { router, now } = context;
  const holdUs = activeDownInterval(router.version, effectivePriority(router), router.advertIntervalUs);
  const next: Leaving = { phase: 'leaving', since: now, purpose: 'start', until: now + holdUs };
  const { state, effects } = become(context, next, { reason: 'addresses_found' });
  return { state, effects: [...effects, ...said(router, holdUs)] };
}

/** The lease outlasts the wait: where nobody comes, nobody misses them for a moment. */
const said = (router: RouterConfig, holdUs: Micros): readonly Effect[] => [
  { type: 'sendAdvert', priority: RESIGNED_PRIORITY },
  ...(router.leaseUs === 'off'
    ? []
    : [{ type: 'renewLease', atLeastUs: holdUs + router.advertIntervalUs } as const]),
];

/** Its time is over, and no successor was heard. */
export function endHold(context: Context<Leaving>): Step {
  const { router, state, now } = context;
  const lateUs = now - state.until;
  if (lateUs > router.advertIntervalUs) {
    // It stood still, and heard nothing: like any start, it listens before it takes the role.
    return become(context, backupState(router, now), { reason: 'stalled' });
  }
  if (state.unsent !== undefined) {
    const next = { ...backupState(router, now, { unsent: state.unsent }), activeDownAt: now };
    return become(context, next, { reason: 'adverts_unsent', detail: state.unsent });
  }
  // sync-group.ts: it goes on serving until the others want to be active as well.
  if (router.grouped === true) return { state: { ...state, wants: true }, effects: [] };
  return become(context, activeState(router, now), { reason: 'no_successor' });
}
