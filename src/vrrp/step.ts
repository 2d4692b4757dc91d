// One virtual router as a function: step(router, state, event, now) -> { state, effects }. Pure: no clock, no socket,
// no log. It routes events; on-advert.ts, on-deadline.ts and reconfigure.ts hold the rules, become.ts the ways between
// phases. RFC 9568 §6.4, RFC 3768 §6.4, docs/architecture.md "The hand-over", "The lease", "The stall guard".

import type { Reason } from '../model/vrrp.ts';
import type { Micros } from '../ports/clock.ts';
import { activeState, backupState, become, type Context, leavingState } from './become.ts';
import { besideAnother, hearAnswer } from './contest.ts';
import { effectivePriority, isOwner } from './election.ts';
import { hold } from './hold.ts';
import { onAdvert } from './on-advert.ts';
import { onDeadline, takeOver } from './on-deadline.ts';
import { onSending, stillUnsent } from './on-sending.ts';
import { onReconfigured } from './reconfigure.ts';
import { activeDownInterval, groupSuccessorWait } from './timers.ts';
import type { Effect, Event, Finds, Leaving, RouterConfig, State, Step } from './types.ts';

export const initialState = (now: Micros): State => ({ phase: 'initialize', since: now });

/**
 * @param now integer microseconds of the monotonic clock, never less than in an earlier call.
 * @returns the next state, and effects to be carried out in order.
 */
export function step(router: RouterConfig, state: State, event: Event, now: Micros): Step {
  const guarded = stallGuard({ router, state, now });
  if (guarded === undefined) return handle({ router, state, now }, event);
  const then = handle({ router, state: guarded.state, now }, event);
  return { state: then.state, effects: [...guarded.effects, ...then.effects] };
}

/**
 * An active that has been silent for its own Active_Down_Interval must assume that it has been replaced: it
 * steps down before it sends or answers anything (docs/architecture.md "The stall guard", docs/reference/vrrp.md S6).
 */
function stallGuard(context: Context): Step | undefined {
  const { router, state, now } = context;
  if (state.phase !== 'active') return undefined;
  const limitUs = activeDownInterval(router.version, effectivePriority(router), router.advertIntervalUs);
  if (now - state.lastAdvertAt <= limitUs) return undefined;
  const lateUs = now - state.nextAdvertAt;
  const stall: Effect = { type: 'report', report: { type: 'stall', lateUs, action: 'stepped_down' } };
  const next = backupState(router, now, {
    ...{ stance: 'yields', owesWord: true },
    ...stillUnsent(state),
  });
  const down = become(context, next, { reason: 'stalled' });
  return { state: down.state, effects: [stall, ...down.effects] };
}

function handle(context: Context, event: Event): Step {
  const { state } = context;
  switch (event.type) {
    case 'startup':
      return state.phase === 'initialize' ? start(context, event, 'startup') : unchanged(state);
    case 'resumed':
      return state.phase === 'initialize' ? resume(context, event) : unchanged(state);
    case 'shutdown':
      return shutDown(context, event.keeps === true);
    case 'advertReceived':
      return onAdvert(context, event);
    case 'deadlineReached':
      return onDeadline(context);
    case 'linkDown':
      return loseLink(context);
    case 'linkUp':
      return state.phase === 'fault' ? start(context, { linkUp: true }, 'link_up') : unchanged(state);
    case 'trackFailed':
      return failTrack(context);
    case 'trackRecovered':
      return recoverTrack(context);
    case 'groupReady':
      return becomeReady(context);
    case 'groupLost':
      return loseGroup(context);
    case 'reconfigured':
      return onReconfigured(context, event.router);
    case 'handoverRequested':
      return handOver(context);
    case 'answeredElsewhere':
      return state.phase === 'active' ? hearAnswer({ ...context, state }) : unchanged(state);
    case 'advertFailed':
    case 'advertSent':
      return onSending(context, event);
  }
}

const unchanged = (state: State): Step => ({ state, effects: [] });

function becomeReady(context: Context): Step {
  const { router, state, now } = context;
  if (state.phase === 'backup' && state.stance === 'wants') return takeOver({ ...context, state });
  if (state.phase !== 'leaving' || state.wants !== true) return unchanged(state);
  return become(context, activeState(router, now), { reason: 'no_successor' });
}

function loseGroup(context: Context): Step {
  const { router, state, now } = context;
  const reason = 'group_lost';
  if (state.phase === 'active') return become(context, leavingState(router, 'group', now), { reason });
  if (state.phase !== 'leaving' || state.purpose !== 'start') return unchanged(state);
  // Priority 0 is said already; who follows the others follows here as well, and until then it serves.
  const until = Math.min(state.until, now + groupSuccessorWait(router));
  return unchanged({ phase: 'leaving', since: state.since, purpose: 'group', until } satisfies Leaving);
}

type Beginning = { readonly linkUp: boolean; readonly finds?: Finds };

/** RFC 9568 §6.4.1: the owner becomes active at once, everyone else listens first. */
function start(context: Context, { linkUp, finds }: Beginning, reason: Reason): Step {
  const { router, now } = context;
  if (!linkUp) return become(context, { phase: 'fault', since: now }, { reason: 'link_down' });
  if (isOwner(router)) {
    // In a sync group it wants to be active at once, and waits for the others.
    return router.grouped === true
      ? become(context, { ...backupState(router, now), activeDownAt: now }, { reason })
      : become(context, besideAnother(router, activeState(router, now)), { reason: 'owner_startup' });
  }
  return finds === undefined ? become(context, backupState(router, now), { reason }) : hold(context);
}

/** As active, if nobody can have missed an advert for an Active_Down_Interval; else as after any start. */
function resume(context: Context, event: Extract<Event, { type: 'resumed' }>): Step {
  const { router, now } = context;
  const { phase, lastAdvertAt } = event.snapshot;
  const silentUs = now - lastAdvertAt;
  const limitUs = activeDownInterval(router.version, effectivePriority(router), router.advertIntervalUs);
  const goesOn = event.linkUp && phase === 'active' && silentUs >= 0 && silentUs < limitUs;
  if (!goesOn) return start(context, event, 'startup');
  return become(context, activeState(router, now), { reason: 'resumed', outageUs: 0 });
}

/** RFC 9568 §6.4.2 and §6.4.3, Shutdown; an active leaves by way of `leaving`. */
function shutDown(context: Context, keeps: boolean): Step {
  const { router, state, now } = context;
  if (state.phase === 'initialize') return unchanged(state);
  const purpose = { purpose: 'shutdown', ...(keeps && { keeps }) } as const;
  if (state.phase === 'leaving') return unchanged({ ...state, ...purpose } satisfies Leaving);
  const next: State =
    state.phase === 'active'
      ? { ...leavingState(router, 'shutdown', now), ...purpose }
      : { phase: 'initialize', since: now };
  return become(context, next, { reason: 'shutdown' });
}

function handOver(context: Context): Step {
  const { router, state, now } = context;
  if (state.phase === 'active') {
    return become(context, leavingState(router, 'handover', now), { reason: 'handover_requested' });
  }
  if (state.phase === 'leaving') return unchanged(state);
  return {
    state,
    effects: [{ type: 'report', report: { type: 'handoverFailed', reason: 'not_active' } }],
  };
}

function loseLink(context: Context): Step {
  const { state, now } = context;
  if (state.phase === 'initialize' || state.phase === 'fault') return unchanged(state);
  const ends = state.phase === 'leaving' && state.purpose === 'shutdown';
  return become(context, { phase: ends ? 'initialize' : 'fault', since: now }, { reason: 'link_down' });
}

/** The interface is well: the role is handed over as on a stop, and the addresses stay until then. */
function failTrack(context: Context): Step {
  const { router, state, now } = context;
  switch (state.phase) {
    case 'active':
      return become(context, leavingState(router, 'fault', now), { reason: 'track_failed' });
    case 'backup':
      return become(context, { phase: 'fault', since: now }, { reason: 'track_failed' });
    case 'leaving':
      return unchanged(state.purpose === 'shutdown' ? state : { ...state, purpose: 'fault' });
    case 'initialize':
    case 'fault':
      return unchanged(state);
  }
}

/** One that is still leaving, and on its own, takes its role back: who has it by now is settled by election. */
function recoverTrack(context: Context): Step {
  const { router, state, now } = context;
  if (state.phase === 'fault') return start(context, { linkUp: true }, 'track_recovered');
  const returns = state.phase === 'leaving' && state.purpose === 'fault' && router.grouped !== true;
  if (!returns) return unchanged(state);
  const active = besideAnother(router, activeState(router, now));
  return become(context, active, { reason: 'track_recovered', outageUs: 0 });
}
