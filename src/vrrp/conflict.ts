// What an active answers to adverts that it does not yield to: it asserts itself, tells the neighbours again,
// and reports. Each is rate-limited, per peer and over a bounded number of peers, so that a flood of forged
// adverts costs at most a few packets an interval. RFC 9568 §6.4.3, docs/reference/vrrp.md S12.
import type { Ip } from '../net/ip.ts';
import type { Micros } from '../ports/clock.ts';
import { type Context, leaseRenewal } from './become.ts';
import { announceAgainst } from './contest.ts';
import { effectivePriority } from './election.ts';
import { activeDownInterval, leaseIsDue } from './timers.ts';
import type { Active, Conflict, Effect, RouterConfig, Step } from './types.ts';

const PEERS_MAX = 8;
/** All peers beyond that share one allowance. */
const OTHERS = 'others';
const REPORT_EVERY_US = 60_000_000;
const neverAnswered = [Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY] as const;

/**
 * Sends an advert at once, unless this peer was answered twice within half an interval: an answer may have crossed its
 * next advert, or its last word.
 * `restart_timer` (priority 0): Adver_Timer starts again, but only if the advert is really sent, or a flood
 * would silence us.
 */
export function assertActive(
  context: Context<Active>,
  peer: Ip,
  timer: 'restart_timer' | 'keep_timer',
): Step<Active> {
  const { router, state, now } = context;
  const noted = note(context, peer);
  const { key, conflict } = noted;
  const [last, before] = conflict.assertsAt;
  if (2 * (now - before) < router.advertIntervalUs) {
    return { state: noted.state, effects: [] };
  }
  const renews = leaseIsDue(router, state.leaseRenewedAt, now);
  const next = {
    ...noted.state,
    conflicts: { ...noted.state.conflicts, [key]: { ...conflict, assertsAt: [now, last] as const } },
    lastAdvertAt: now,
    leaseRenewedAt: renews ? now : state.leaseRenewedAt,
    nextAdvertAt: timer === 'restart_timer' ? now + router.advertIntervalUs : state.nextAdvertAt,
  };
  const advert: Effect = { type: 'sendAdvert', priority: effectivePriority(router) };
  return { state: next, effects: [advert, ...(renews ? leaseRenewal(router) : [])] };
}

/** RFC 9568 §6.4.3: who resigns is answered at once. It was active too, so neighbours may point to it. */
export function hearResigning(context: Context<Active>, peer: Ip): Step<Active> {
  const asserted = assertActive(context, peer, 'restart_timer');
  const announced = announceAgainst({ ...context, state: asserted.state });
  return { state: announced.state, effects: [...announced.effects, ...asserted.effects] };
}

/** RFC 9568 §6.4.3: a losing advert is discarded, and an advert sent at once. Neighbours may point to the loser. */
export function hearLosing(context: Context<Active>, peer: Ip, peerPriority: number): Step<Active> {
  const asserted =
    context.router.assertsAtOnce === false
      ? noteLosing(context, peer)
      : assertActive(context, peer, 'keep_timer');
  const announced = announceAgainst({ ...context, state: asserted.state });
  const reported = report({ ...context, state: announced.state }, peer, (count) => ({
    type: 'report',
    report: { type: 'splitBrainSuspected', peer, peerPriority, count },
  }));
  const told = tellLower({ ...context, state: reported.state }, peer, peerPriority);
  return {
    state: told.state,
    effects: [...reported.effects, ...told.effects, ...announced.effects, ...asserted.effects],
  };
}

/** keepalived's notify_master_rx_lower_pri: from the first advert on; not oftener than they are answered. */
function tellLower({ router, state, now }: Context<Active>, peer: Ip, peerPriority: number): Step<Active> {
  const key = keyOf(state.conflicts, peer);
  const conflict = state.conflicts[key];
  const last = conflict?.lastToldAt ?? Number.NEGATIVE_INFINITY;
  if (conflict === undefined || 4 * (now - last) < router.advertIntervalUs) return { state, effects: [] };
  const conflicts = { ...state.conflicts, [key]: { ...conflict, lastToldAt: now } };
  const report = { type: 'lowerActiveHeard', peer, peerPriority } as const;
  return { state: { ...state, conflicts }, effects: [{ type: 'report', report }] };
}

const noteLosing = (context: Context<Active>, peer: Ip): Step<Active> => ({
  state: note(context, peer).state,
  effects: [],
});

/** Equal priority and equal address: nobody would ever yield, and an answer would only be reflected again. */
export function hearOurselves(context: Context<Active>, source: Ip): Step<Active> {
  const noted = note(context, source);
  return report({ ...context, state: noted.state }, source, (count) => ({
    type: 'report',
    report: { type: 'ownAddressHeard', source, count },
  }));
}

function report(context: Context<Active>, peer: Ip, effect: (count: number) => Effect): Step<Active> {
  const { router, state, now } = context;
  const key = keyOf(state.conflicts, peer);
  const conflict = state.conflicts[key];
  // Adverts that cross while a role changes hands are no conflict yet.
  if (conflict === undefined || now - state.since < router.advertIntervalUs) return { state, effects: [] };
  if (conflict.lastReportAt !== undefined && now - conflict.lastReportAt < REPORT_EVERY_US) {
    return { state, effects: [] };
  }
  const conflicts = { ...state.conflicts, [key]: { ...conflict, lastReportAt: now } };
  return { state: { ...state, conflicts }, effects: [effect(conflict.count)] };
}

/** Counts an advert of `peer`; a conflict that was silent for an Active_Down_Interval is forgotten first. */
function note({ router, state, now }: Context<Active>, peer: Ip) {
  const conflicts = current(router, state.conflicts, now);
  const key = keyOf(conflicts, peer);
  const known = conflicts[key];
  const conflict: Conflict = {
    ...(known ?? { assertsAt: neverAnswered }),
    lastHeardAt: now,
    count: (known?.count ?? 0) + 1,
  };
  return { key, conflict, state: { ...state, conflicts: { ...conflicts, [key]: conflict } } };
}

function current(router: RouterConfig, conflicts: Active['conflicts'], now: Micros): Active['conflicts'] {
  const silenceUs = activeDownInterval(router.version, effectivePriority(router), router.advertIntervalUs);
  return Object.fromEntries(
    Object.entries(conflicts).filter(([, { lastHeardAt }]) => now - lastHeardAt <= silenceUs),
  );
}

function keyOf(conflicts: Active['conflicts'], peer: Ip): string {
  if (conflicts[peer] !== undefined || Object.keys(conflicts).length < PEERS_MAX) return peer;
  return OTHERS;
}
