// The one door between phases: which effects a change of phase has, in which order. It does not decide
// whether to change (step.ts and its on-*.ts do). RFC 9568 §6.4; the order is ours, see activation().

import type { Phase, Reason } from '../model/vrrp.ts';
import type { Ip } from '../net/ip.ts';
import type { Micros } from '../ports/clock.ts';
import { effectivePriority, RESIGNED_PRIORITY } from './election.ts';
import { activeDownInterval, groupSuccessorWait, successorWait } from './timers.ts';
import type {
  Active,
  Announcement,
  Backup,
  Effect,
  HeardRouter,
  Leaving,
  RouterConfig,
  State,
  Step,
} from './types.ts';

/** What every rule of the machine looks at beside its event. */
export type Context<S extends State = State> = {
  readonly router: RouterConfig;
  readonly state: S;
  readonly now: Micros;
};

export type Cause = {
  readonly reason: Reason;
  readonly peer?: Ip;
  readonly detail?: string;
  /** Only on becoming active. */
  readonly outageUs?: Micros;
};

/** Moves to `next`, whose phase differs from the present one. */
export function become({ router, state, now }: Context, next: State, cause: Cause): Step {
  const transition: Effect = {
    type: 'report',
    report: {
      type: 'transition',
      from: state.phase,
      to: next.phase,
      reason: cause.reason,
      priority: effectivePriority(router),
      ...(cause.peer !== undefined && { peer: cause.peer }),
      ...(cause.detail !== undefined && { detail: cause.detail }),
      ...(cause.outageUs !== undefined && { outageMsEstimate: Math.round(cause.outageUs / 1000) }),
    },
  };
  return {
    state: { ...next, since: now },
    effects: [transition, ...effectsOf(router, state.phase, next.phase, cause.reason)],
  };
}

function effectsOf(router: RouterConfig, from: Phase, to: Phase, reason: Reason): readonly Effect[] {
  if (to === 'active') return activation(router);
  // What a start says and does beyond that is hold.ts's.
  if (to === 'leaving') return from === 'initialize' ? [] : resignation(router);
  // What a predecessor that was killed left behind must not be served by a backup.
  if (from === 'initialize') return [removal(router, reason)];
  if (!servesIn(from) || reason === 'kept_for_restart') return [];
  // A dead link may still carry one advert (and other paths do): peers take over after Skew_Time then.
  const farewell: readonly Effect[] =
    from === 'active' && to === 'fault' ? [{ type: 'sendAdvert', priority: RESIGNED_PRIORITY }] : [];
  return [...farewell, removal(router, reason)];
}

/** Whether the addresses are on the interface in that phase. */
export const servesIn = (phase: Phase): boolean => phase === 'active' || phase === 'leaving';

/**
 * RFC 9568 §6.4.1 (110) and §6.4.2 list the advert first. It comes last here: a leaving router removes the
 * addresses when it hears our advert, so by then they must answer here and the neighbours must know
 * (docs/architecture.md "The hand-over"). To any other peer the order makes no difference.
 */
function activation(router: RouterConfig): readonly Effect[] {
  return [
    { type: 'addAddresses', addresses: router.addresses },
    { type: 'announce', round: 1, repeat: router.garpRepeat },
    { type: 'sendAdvert', priority: effectivePriority(router) },
  ];
}

/**
 * An ordinary advert. Should another router be active as well, of whatever make, it hears that it was not alone, and
 * tells the neighbours again, who may point to us: keepalived does so for each advert of a lower priority (vrrp.c,
 * vrrp_state_master_rx()), and for a priority 0 it does not.
 */
export const lastWord = (router: RouterConfig): Effect => ({
  type: 'sendAdvert',
  priority: effectivePriority(router),
});

/** RFC 9568 §6.4.3, Shutdown: an advert with priority 0; what the RFC removes at once is kept a little longer. */
export function resignation(router: RouterConfig): readonly Effect[] {
  return [{ type: 'sendAdvert', priority: RESIGNED_PRIORITY }, ...leaseRenewal(router)];
}

export const leaseRenewal = (router: RouterConfig): readonly Effect[] =>
  router.leaseUs === 'off' ? [] : [{ type: 'renewLease' }];

const removal = (router: RouterConfig, reason: Reason): Effect => ({
  type: 'removeAddresses',
  addresses: router.addresses,
  reason,
});

export const activeState = (router: RouterConfig, now: Micros): Active => ({
  phase: 'active',
  since: now,
  nextAdvertAt: now + router.advertIntervalUs,
  lastAdvertAt: now,
  leaseRenewedAt: now,
  lastAnnounceAt: now,
  rounds: 1,
  conflicts: {},
  ...nextRound(router, now, now),
});

/** The announcement that follows any other: the second round, until that is over, and from then on refreshes. */
export function nextRound(
  router: RouterConfig,
  activeSince: Micros,
  now: Micros,
): { announcement?: Announcement } {
  const secondAt = activeSince + router.garpDelayUs;
  if (secondAt > now) return { announcement: { at: secondAt, repeat: router.garpRepeat } };
  if (router.garpRefreshUs === 0) return {};
  return { announcement: { at: now + router.garpRefreshUs, repeat: router.garpRefreshRepeat ?? 1 } };
}

export type BackupOptions = {
  readonly activeIntervalUs?: Micros;
  readonly heard?: HeardRouter;
  readonly stance?: 'yields';
  readonly owesWord?: true;
  readonly unsent?: string;
};

/** Backup with Active_Down_Timer at the full Active_Down_Interval. */
export function backupState(router: RouterConfig, now: Micros, options: BackupOptions = {}): Backup {
  const activeIntervalUs = options.activeIntervalUs ?? router.advertIntervalUs;
  return {
    phase: 'backup',
    since: now,
    activeDownAt: now + activeDownInterval(router.version, effectivePriority(router), activeIntervalUs),
    activeIntervalUs,
    ...(options.heard !== undefined && { heard: options.heard }),
    ...(options.stance !== undefined && { stance: options.stance }),
    ...(options.owesWord !== undefined && { owesWord: options.owesWord }),
    ...(options.unsent !== undefined && { unsent: options.unsent }),
  };
}

export const leavingState = (router: RouterConfig, purpose: Leaving['purpose'], now: Micros): Leaving => ({
  phase: 'leaving',
  since: now,
  purpose,
  until: now + (movesWithGroup(router, purpose) ? groupSuccessorWait(router) : successorWait(router)),
  // Skew_Time is below one interval, so saying it again puts off nobody who heard it the first time.
  repeatAt: now + router.advertIntervalUs,
});

/** Whether a successor may have to wait for a member that nobody resigned for: its link is dead. */
export const movesWithGroup = (router: RouterConfig, purpose: Leaving['purpose']): boolean =>
  router.grouped === true && (purpose === 'fault' || purpose === 'group');
