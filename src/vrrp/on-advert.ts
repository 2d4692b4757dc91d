// What an accepted advert does in each phase: the tables of RFC 9568 §6.4.2 and §6.4.3, and of RFC 3768 §6.4
// for version 2. Whether an advert is acceptable at all is validate.ts's business.
import type { Advert } from '../net/advert.ts';
import type { Ip } from '../net/ip.ts';
import { advertIntervalUs } from './advert.ts';
import { type BackupOptions, backupState, become, type Context } from './become.ts';
import { assertActive, hearLosing, hearOurselves } from './conflict.ts';
import { claimOf, compareClaims, effectivePriority, preempts, RESIGNED_PRIORITY } from './election.ts';
import { knownAs, successionTime, tieOver } from './paths.ts';
import { skewTime } from './timers.ts';
import type {
  Active,
  Backup,
  FurtherPath,
  HeardRouter,
  Leaving,
  Micros,
  Reason,
  RouterConfig,
  Step,
} from './types.ts';

export type Heard = { readonly advert: Advert; readonly source: Ip; readonly path?: FurtherPath };

export function onAdvert(context: Context, heard: Heard): Step {
  const { state } = context;
  switch (state.phase) {
    case 'backup':
      return hearAsBackup({ ...context, state }, heard);
    case 'active':
      return hearAsActive({ ...context, state }, heard);
    case 'leaving':
      return hearAsLeaving({ ...context, state }, heard);
    case 'initialize':
    case 'fault':
      return { state, effects: [] };
  }
}

/** RFC 9568 §6.4.2. */
function hearAsBackup({ router, state, now }: Context<Backup>, heard: Heard): Step {
  const { priority } = heard.advert;
  if (priority === RESIGNED_PRIORITY) {
    return { state: hearResignation({ router, state, now }, heard.path), effects: [] };
  }
  const from = knownAs(router, heardRouter(heard, now), heard.path, state.heard);
  if (!yieldsTo(router, state, priority, now)) {
    // Discarded: the timer keeps running, and at its end we preempt.
    return { state: { ...state, heard: from }, effects: [] };
  }
  const { standDown } = state;
  const next = {
    ...backupState(router, now, { ...successorOf(router, heard, now), heard: from }),
    since: state.since,
    ...(standDown !== undefined && { standDown }),
    ...preemptDelay(router, state, priority, now),
  };
  return { state: next, effects: [] };
}

/** Active_Down_Timer = Skew_Time; never later than it would fire anyway, whoever repeats a priority 0. */
function hearResignation({ router, state, now }: Context<Backup>, path: FurtherPath | undefined): Backup {
  const waitUs =
    path === undefined
      ? skewTime(router.version, effectivePriority(router), state.activeIntervalUs)
      : successionTime(router, state.activeIntervalUs);
  return {
    ...state,
    activeDownAt: Math.min(state.activeDownAt, now + waitUs),
    resignedAt: state.resignedAt ?? now,
  };
}

/** RFC 9568 §6.4.2: Priority >= ours, or Preempt_Mode False; whatever the address. */
function yieldsTo(router: RouterConfig, state: Backup, priority: number, now: Micros): boolean {
  if (priority >= effectivePriority(router)) return true;
  if (!preempts(router) || state.standDown === true) return true;
  return router.preemptDelayUs > 0 && (state.preemptAt === undefined || now < state.preemptAt);
}

/** As in keepalived: from the first lower-priority advert on, ended by one that is not lower. */
function preemptDelay(router: RouterConfig, state: Backup, priority: number, now: Micros) {
  if (router.preemptDelayUs === 0 || priority >= effectivePriority(router)) return {};
  return { preemptAt: state.preemptAt ?? now + router.preemptDelayUs };
}

/** RFC 9568 §6.4.2: Active_Adver_Interval is the advertised one; RFC 3768 knows only the configured one. */
const learnedInterval = (router: RouterConfig, advert: Advert): Micros =>
  router.version === 3 ? advertIntervalUs(advert) : router.advertIntervalUs;

/** What a backup knows of the router whose advert it accepts. */
const successorOf = (router: RouterConfig, heard: Heard, now: Micros): BackupOptions => ({
  activeIntervalUs: learnedInterval(router, heard.advert),
  heard: heardRouter(heard, now),
  stance: 'yields',
});

const heardRouter = ({ advert, source, path }: Heard, now: Micros): HeardRouter => ({
  address: source,
  priority: advert.priority,
  at: now,
  ...(path !== undefined && { path: path.index }),
});

/** RFC 9568 §6.4.3. Preempt_Mode is not consulted here: the better of two actives stays. */
function hearAsActive(context: Context<Active>, heard: Heard): Step {
  const { priority } = heard.advert;
  if (priority === RESIGNED_PRIORITY) return assertActive(context, heard.source, 'restart_timer');
  const ours = effectivePriority(context.router);
  if (priority === ours) return hearEqual(context, heard);
  if (priority < ours) return hearLosing(context, heard.source, priority);
  return yieldTo(context, heard, 'higher_priority_heard');
}

function yieldTo(context: Context<Active>, heard: Heard, reason: Reason): Step {
  const { router, now } = context;
  const next = backupState(router, now, successorOf(router, heard, now));
  return become(context, next, { reason, peer: heard.source });
}

/** RFC 9568 §6.4.3: the higher address stays; of which path, is tieOver()'s decision. */
function hearEqual(context: Context<Active>, heard: Heard): Step {
  const { router, state, now } = context;
  const { source, path, advert } = heard;
  const { tie, settles } = tieOver(router, path?.index ?? 0, state.tie, now);
  const noted = { ...context, state: { ...state, tie } };
  // So that it hears us over the earlier paths as well, if they are whole.
  if (!settles) return assertActive(noted, source, 'keep_timer');
  const ours = { ...claimOf(router), ...(path !== undefined && { address: path.ownAddress }) };
  const order = compareClaims({ priority: advert.priority, address: source }, ours);
  if (order === 0) return hearOurselves(noted, source);
  return order < 0
    ? hearLosing(noted, source, advert.priority)
    : yieldTo(noted, heard, 'higher_address_heard');
}

/** The first router that claims the role is the successor; another that leaves too is none. */
function hearAsLeaving(context: Context<Leaving>, heard: Heard): Step {
  const { router, state, now } = context;
  if (heard.advert.priority === RESIGNED_PRIORITY || heard.source === router.sourceAddress) {
    return { state, effects: [] };
  }
  if (crossed(context, heard)) return { state, effects: [] };
  const cause = { reason: 'handed_over', peer: heard.source } as const;
  if (state.purpose === 'shutdown') return become(context, { phase: 'initialize', since: now }, cause);
  if (state.purpose === 'fault') return become(context, { phase: 'fault', since: now }, cause);
  const next = backupState(router, now, successorOf(router, heard, now));
  if (state.purpose === 'start') {
    const { priority } = heard.advert;
    return become(context, { ...next, ...preemptDelay(router, next, priority, now) }, cause);
  }
  // With its group it gave way to the rules, not to an operator: by the rules it may come back.
  return become(context, state.purpose === 'group' ? next : { ...next, standDown: true }, cause);
}

/**
 * A lower router cannot succeed us before its Skew_Time (half of it: clocks differ). An earlier claim was on its
 * way when we left; who made it yields as soon as it hears our last advert, and then nobody would serve.
 */
function crossed({ router, state, now }: Context<Leaving>, { advert, source, path }: Heard): boolean {
  // Over a further path succession is quick; and after a start no last advert of ours makes anyone yield.
  if (path !== undefined || state.purpose === 'start') return false;
  const { priority } = advert;
  if (compareClaims({ priority, address: source }, claimOf(router)) > 0) return false;
  return 2 * (now - state.since) < skewTime(router.version, priority, router.advertIntervalUs);
}
