// What an accepted advert does in each phase: the tables of RFC 9568 §6.4.2 and §6.4.3, and of RFC 3768 §6.4
// for version 2. Whether an advert is acceptable at all is validate.ts's business.

import type { Reason } from '../model/vrrp.ts';
import type { Advert } from '../net/advert.ts';
import type { Ip } from '../net/ip.ts';
import type { Micros } from '../ports/clock.ts';
import { advertIntervalUs } from './advert.ts';
import { type BackupOptions, backupState, become, type Context, lastWord } from './become.ts';
import { assertActive, hearLosing, hearOurselves, hearResigning } from './conflict.ts';
import { claimOf, compareClaims, effectivePriority, preempts, RESIGNED_PRIORITY } from './election.ts';
import { lastWordTo } from './last-word.ts';
import { isUnheard, stillUnsent } from './on-sending.ts';
import { knownAs, successionTime, tieOver } from './paths.ts';
import { skewTime } from './timers.ts';
import type {
  Active,
  Backup,
  Effect,
  FurtherPath,
  HeardRouter,
  Leaving,
  RouterConfig,
  State,
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

/** RFC 9568 §6.4.2; and a word that is owed is said to the first active that is heard. */
function hearAsBackup(context: Context<Backup>, heard: Heard): Step {
  const { router, state } = context;
  const { priority } = heard.advert;
  if (priority === RESIGNED_PRIORITY) {
    return { state: hearResignation(context, heard.path), effects: [] };
  }
  const made = hearOther(context, heard);
  if (state.owesWord !== true) return made;
  // Until one has gone out, it is owed.
  const owes = state.unsent === undefined ? {} : { owesWord: true as const };
  const word = lastWordTo(router, { priority, address: heard.source });
  return { state: { ...made.state, ...owes }, effects: [...made.effects, ...word] };
}

function hearOther(
  { router, state: { owesWord: _, ...state }, now }: Context<Backup>,
  heard: Heard,
): Step<Backup> {
  const { priority } = heard.advert;
  const from = knownAs(router, heardRouter(heard, now), heard.path, state.heard);
  if (!yieldsTo(router, state, priority, now)) {
    // Discarded: the timer keeps running, and at its end we preempt.
    return { state: { ...state, heard: from }, effects: [] };
  }
  const { standDown, unsent } = state;
  const next = {
    ...backupState(router, now, { ...successorOf(router, heard, now), heard: from }),
    since: state.since,
    ...(standDown !== undefined && { standDown }),
    ...(unsent !== undefined && { unsent }),
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
  if (priority === RESIGNED_PRIORITY) return hearResigning(context, heard.source);
  const ours = effectivePriority(context.router);
  if (priority <= ours && isUnheard(context.router, context.state, context.now)) {
    return yieldTo(context, heard, 'adverts_unsent');
  }
  if (priority === ours) return hearEqual(context, heard);
  if (priority < ours) return hearLosing(context, heard.source, priority);
  return yieldTo(context, heard, 'higher_priority_heard');
}

function yieldTo(context: Context<Active>, heard: Heard, reason: Reason): Step {
  const { router, state, now } = context;
  const isUnsent = reason === 'adverts_unsent';
  const next = backupState(router, now, {
    ...{ ...successorOf(router, heard, now), ...stillUnsent(state) },
    ...(isUnsent && { owesWord: true }),
  });
  const detail = isUnsent && state.unsent ? { detail: state.unsent.reason } : {};
  const yielded = become(context, next, { reason, ...detail, peer: heard.source });
  // It would be the higher claim.
  if (isUnsent || router.saysLastWord === false) return yielded;
  return sayBeforeRemoval(yielded, [lastWord(router)]);
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
  const { router, state } = context;
  if (heard.advert.priority === RESIGNED_PRIORITY || heard.source === router.sourceAddress) {
    return { state, effects: [] };
  }
  if (crossed(context, heard)) return { state, effects: [] };
  const cause = { reason: 'handed_over', peer: heard.source } as const;
  const other = { priority: heard.advert.priority, address: heard.source };
  return sayBeforeRemoval(become(context, afterLeaving(context, heard), cause), lastWordTo(router, other));
}

function afterLeaving({ router, state, now }: Context<Leaving>, heard: Heard): State {
  if (state.purpose === 'shutdown') return { phase: 'initialize', since: now };
  if (state.purpose === 'fault') return { phase: 'fault', since: now };
  const next = backupState(router, now, { ...successorOf(router, heard, now), ...stillUnsent(state) });
  if (state.purpose === 'start')
    return { ...next, ...preemptDelay(router, next, heard.advert.priority, now) };
  // Only what an operator asked for outlasts the rules: by them it may come back.
  return state.purpose === 'handover' ? { ...next, standDown: true } : next;
}

/** So that the addresses are announced elsewhere when they go. */
function sayBeforeRemoval({ state, effects }: Step, word: readonly Effect[]): Step {
  const [told, ...rest] = effects;
  return { state, effects: [...(told ? [told] : []), ...word, ...rest] };
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
