// What happens when a timer has fired: Active_Down_Timer, Adver_Timer, announcements, and the end of leaving.
// The shell has drained its socket between the deadline and this call; an early call changes nothing.
// RFC 9568 §6.4.2, §6.4.3.
import {
  activeState,
  backupState,
  become,
  type Context,
  leaseRenewal,
  movesWithGroup,
  nextRound,
  resignation,
} from './become.ts';
import { besideAnother, followUp } from './contest.ts';
import { effectivePriority, RESIGNED_PRIORITY } from './election.ts';
import { endHold } from './hold.ts';
import { leaveUnheard, stillUnsent, tryAdvert } from './on-sending.ts';
import { activeDownInterval, leaseIsDue, skewTime } from './timers.ts';
import type { Active, Backup, Effect, Leaving, Step } from './types.ts';

/** Beside Active_Down_Interval: in which another process of ours must have begun to speak for the addresses. */
const restartUs = 30_000_000;

export function onDeadline(context: Context): Step {
  const { state, now } = context;
  switch (state.phase) {
    case 'backup':
      return now < state.activeDownAt || state.stance === 'wants'
        ? { state, effects: [] }
        : activeIsDown({ ...context, state });
    case 'active':
      return goOnActive({ ...context, state });
    case 'leaving':
      return waitForSuccessor({ ...context, state });
    case 'initialize':
    case 'fault':
      return { state, effects: [] };
  }
}

/** RFC 9568 §6.4.2: Active_Down_Timer fired. */
function activeIsDown(context: Context<Backup>): Step {
  const { router, state, now } = context;
  const lateUs = now - state.activeDownAt;
  if (lateUs > state.activeIntervalUs && state.graceUsed !== true) {
    // We did not listen (the process or the whole host stood still), so silence proves nothing: listen for
    // one more advert before taking over from an active that may be well. Once only.
    const skewUs = skewTime(router.version, effectivePriority(router), state.activeIntervalUs);
    const next: Backup = { ...state, activeDownAt: now + state.activeIntervalUs + skewUs, graceUsed: true };
    return {
      state: next,
      effects: [{ type: 'report', report: { type: 'stall', lateUs, action: 'waited' } }],
    };
  }
  if (state.unsent !== undefined) return tryAdvert(context);
  // sync-group.ts: it waits until the others want to as well.
  if (router.grouped === true) return { state: { ...state, stance: 'wants' }, effects: [] };
  return takeOver(context);
}

export function takeOver(context: Context<Backup>): Step {
  const { router, now } = context;
  const cause = takeoverCause(context);
  const active = activeState(router, now);
  const isAlone = cause.reason !== 'preempted_lower_priority';
  return become(context, isAlone ? active : besideAnother(router, active), cause);
}

function takeoverCause({ router, state, now }: Context<Backup>) {
  const { heard, resignedAt, activeIntervalUs } = state;
  const peer = heard === undefined ? {} : { peer: heard.address };
  if (resignedAt !== undefined) {
    return { reason: 'active_resigned', outageUs: now - resignedAt, ...peer } as const;
  }
  if (heard === undefined) return { reason: 'active_down' } as const;
  if (heard.priority < effectivePriority(router) && now - heard.at < 2 * activeIntervalUs) {
    return { reason: 'preempted_lower_priority', outageUs: 0, ...peer } as const;
  }
  return { reason: 'active_down', outageUs: now - heard.at, ...peer } as const;
}

function goOnActive(context: Context<Active>): Step {
  const left = leaveUnheard(context);
  return left.state.phase === 'active' ? advertiseAndAnnounce(context) : left;
}

function advertiseAndAnnounce(context: Context<Active>): Step {
  const { router, now } = context;
  const lateUs = now - context.state.nextAdvertAt;
  const advertised = lateUs < 0 ? { state: context.state, effects: [] } : advertise(context);
  const announced = announceIfDue({ ...context, state: advertised.state });
  const effects = [...advertised.effects, ...announced.effects];
  if (lateUs <= router.advertIntervalUs) return { state: announced.state, effects };
  const stall: Effect = { type: 'report', report: { type: 'stall', lateUs, action: 'announced' } };
  if (announced.effects.length > 0) return { state: announced.state, effects: [stall, ...effects] };
  // Another router may have been active meanwhile, and the neighbours may still point to it.
  const again = announce({ ...context, state: announced.state }, router.garpRepeat);
  return { state: again.state, effects: [stall, ...effects, ...again.effects] };
}

/** RFC 9568 §6.4.3: Adver_Timer fired. Adverts keep their rate, but a late one is not followed by a burst. */
function advertise({ router, state, now }: Context<Active>): Step<Active> {
  const onTime = state.nextAdvertAt + router.advertIntervalUs;
  const renews = leaseIsDue(router, state.leaseRenewedAt, now);
  const next: Active = {
    ...state,
    lastAdvertAt: now,
    nextAdvertAt: onTime > now ? onTime : now + router.advertIntervalUs,
    leaseRenewedAt: renews ? now : state.leaseRenewedAt,
  };
  const advert: Effect = { type: 'sendAdvert', priority: effectivePriority(router) };
  return { state: next, effects: [advert, ...(renews ? leaseRenewal(router) : [])] };
}

function announceIfDue(context: Context<Active>): Step<Active> {
  const { router, state, now } = context;
  const { announcement, ...rest } = state;
  if (announcement === undefined || now < announcement.at) return { state, effects: [] };
  if (state.unsent !== undefined) {
    const later = { ...announcement, at: now + router.advertIntervalUs };
    return { state: { ...state, announcement: later }, effects: [] };
  }
  const next =
    announcement.followed === true ? followUp(router, state.since, now) : nextRound(router, state.since, now);
  return announce({ ...context, state: { ...rest, ...next } }, announcement.repeat);
}

function announce({ state, now }: Context<Active>, repeat: number): Step<Active> {
  if (state.unsent !== undefined) return { state, effects: [] };
  const round = state.rounds + 1;
  return {
    state: { ...state, lastAnnounceAt: now, rounds: round },
    effects: [{ type: 'announce', round, repeat }],
  };
}

/** The process that follows finds them (hold.ts). Until it speaks for them, nobody renews their lease. */
function keep(context: Context<Leaving>): Step {
  const { router, now } = context;
  const downUs = activeDownInterval(router.version, effectivePriority(router), router.advertIntervalUs);
  const { state, effects } = become(
    context,
    { phase: 'initialize', since: now },
    { reason: 'kept_for_restart' },
  );
  const renewal: readonly Effect[] =
    router.leaseUs === 'off' ? [] : [{ type: 'renewLease', atLeastUs: restartUs + downUs }];
  return { state, effects: [...effects, { type: 'sendAdvert', priority: RESIGNED_PRIORITY }, ...renewal] };
}

function waitForSuccessor(context: Context<Leaving>): Step {
  const { router, state, now } = context;
  if (state.purpose === 'start')
    return now < state.until || state.wants === true ? { state, effects: [] } : endHold(context);
  if (now < state.until) {
    if (now < (state.repeatAt ?? Number.POSITIVE_INFINITY)) return { state, effects: [] };
    const { repeatAt: _, ...rest } = state;
    const again = movesWithGroup(router, state.purpose) ? { repeatAt: now + router.advertIntervalUs } : {};
    return { state: { ...rest, ...again }, effects: resignation(router) };
  }
  if (state.purpose === 'shutdown' && state.keeps === true) return keep(context);
  const cause = { reason: 'no_successor' } as const;
  if (state.purpose === 'shutdown') return become(context, { phase: 'initialize', since: now }, cause);
  if (state.purpose === 'fault') return become(context, { phase: 'fault', since: now }, cause);
  if (state.purpose === 'group' || state.purpose === 'unsent') {
    const options = { stance: 'yields', owesWord: true, ...stillUnsent(state) } as const;
    return become(context, backupState(router, now, options), cause);
  }
  // Nobody took over: better we than nobody.
  const back = become(context, activeState(router, now), { ...cause, outageUs: 0 });
  const failed: Effect = { type: 'report', report: { type: 'handoverFailed', reason: 'no_successor' } };
  return { state: back.state, effects: [failed, ...back.effects] };
}
