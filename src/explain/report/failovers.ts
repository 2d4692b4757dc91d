// The failovers: each time that the role of a virtual router went from one to another, or to nobody; why, who asked for it,
// and how long nobody served, as the director estimated it and, with the pasts of both, as their addresses went and
// came by their clocks.
import { describeReason } from '../../journal/reasons.ts';
import { numberIn, type Told, textIn, whenOf } from './past.ts';
import { reasonOf, type Stint, stintsOf } from './stints.ts';

export type Failover = {
  readonly at: string;
  readonly router: string;
  /** Directors by name; those of which nothing is known by address, or not at all. */
  readonly from?: string;
  readonly to?: string;
  /** The code of the reason, and in words. */
  readonly reason: string;
  readonly cause: string;
  readonly askedBy?: string;
  readonly estimatedOutageMs?: number;
  readonly measuredOutageMs?: number;
};

export type Holder = {
  readonly router: string;
  readonly holder: string;
  readonly from: string;
  /** Absent: it holds the role yet. */
  readonly until?: string;
};

export function failoversOf(all: readonly Told[]): readonly Failover[] {
  const stints = stintsOf(all);
  const taken = new Set<Stint>();
  const gains = stints.map((stint) => {
    const before = beforeOf(stint, stints);
    if (before !== undefined) taken.add(before);
    return { at: stint.from, failover: gained(stint, before, all) };
  });
  const losses = stints
    .filter((stint) => stint.until !== undefined && !taken.has(stint))
    .map((stint) => ({ at: stint.until ?? 0, failover: lost(stint, all) }));
  return [...gains, ...losses].sort((a, b) => a.at - b.at).map(({ failover }) => failover);
}

export const holdersOf = (all: readonly Told[]): readonly Holder[] =>
  stintsOf(all).map(({ router, director, began, until, last }) => ({
    ...{ router, holder: director, from: whenOf(began) },
    ...(until !== undefined && last !== undefined && { until: whenOf(last) }),
  }));

/** Whoever leaves serves on for a while; and clocks differ. */
const overlapMs = 120_000;

/** Of another director, and the last one that began before. */
function beforeOf(stint: Stint, stints: readonly Stint[]): Stint | undefined {
  const earlier = stints.filter((each) => each.router === stint.router && each.from < stint.from);
  const last = earlier.at(-1);
  if (last === undefined || last.director === stint.director) return undefined;
  return last.until === undefined || last.until < stint.from + overlapMs ? last : undefined;
}

function gained(stint: Stint, before: Stint | undefined, all: readonly Told[]): Failover {
  const { began, router, director } = stint;
  const estimate = numberIn(began, 'outage_ms_estimate');
  const measured = before === undefined ? undefined : measuredOutage(before, stint, all);
  const from = before?.director ?? textIn(began, 'peer');
  return {
    ...{ at: whenOf(began), router },
    ...(from !== undefined && { from }),
    to: director,
    ...causeOf(before, began, all),
    ...(estimate !== undefined && { estimatedOutageMs: estimate }),
    ...(measured !== undefined && { measuredOutageMs: measured }),
  };
}

/** Nobody of whom anything is known took the role over. */
function lost(stint: Stint, all: readonly Told[]): Failover {
  const to = stint.ended === undefined ? undefined : textIn(stint.ended, 'peer');
  return {
    ...{ at: whenOf(stint.last ?? stint.began), router: stint.router, from: stint.director },
    ...(to !== undefined && { to }),
    ...causeOf(stint, undefined, all),
  };
}

type Cause = Pick<Failover, 'reason' | 'cause' | 'askedBy'>;

/** What made the one leave says more than what the other saw of it. */
function causeOf(before: Stint | undefined, began: Told | undefined, all: readonly Told[]): Cause {
  const decided = before?.decided;
  if (before !== undefined && before.until !== undefined && endedSilently(before)) {
    const cause = `the daemon of ${before.director} ended without a word: killed, or its host went down`;
    return { reason: 'ended_without_a_word', cause };
  }
  const told = decided ?? began;
  if (told === undefined) return { reason: 'unknown', cause: 'nothing is known of it' };
  const asked = askedBy(told, all);
  const orphaned = lastBefore(told, all, 'vrrp.supervisor_lost');
  const words = describeReason(textIn(told, 'reason') ?? '');
  const cause = orphaned === undefined ? words : `${words} (${orphaned.record.message})`;
  return {
    reason: reasonOf(told),
    cause,
    ...(asked !== undefined && orphaned === undefined && { askedBy: asked }),
  };
}

/** The next run's finding its addresses, be it after the other had taken the role, is what followed from that. */
const endedSilently = ({ began, decided }: Stint): boolean =>
  decided === undefined || (decided !== began && reasonOf(decided) === 'addresses_found');

/** @returns who asked for it: nobody, where it came about by itself. */
function askedBy(told: Told, all: readonly Told[]): string | undefined {
  const reason = reasonOf(told);
  if (reason === 'handover_requested') return `an operator, by lvs-director failover on ${told.director}`;
  if (reason === 'reconfigured') return `a reload of ${told.director}`;
  if (reason !== 'shutdown' && reason !== 'kept_for_restart') return undefined;
  const stopping = lastBefore(told, all, 'daemon.stopping');
  const by = stopping === undefined ? '' : ` (${textIn(stopping, 'reason') ?? ''})`;
  return `a stop of the daemon of ${told.director}${by}`;
}

const aroundMs = 30_000;

/** Of the same director, shortly before. */
const lastBefore = ({ director, at }: Told, all: readonly Told[], event: string): Told | undefined =>
  all.findLast(
    (each) =>
      each.record.event === event && each.director === director && each.at <= at && at - each.at <= aroundMs,
  );

/** The addresses are added just before the transition is told, one after the other. */
const comesMs = 3000;
const gone = new Set(['vip.removed', 'vip.lease_expired']);

/** From the address's going from the one to its coming to the other, the longest of all; 0 where both had it for a moment. */
function measuredOutage(before: Stint, after: Stint, all: readonly Told[]): number | undefined {
  const near = all.filter(
    (each) => textIn(each, 'instance') === after.router && Math.abs(each.at - after.from) <= overlapMs,
  );
  const gaps = near.flatMap((came) => {
    if (came.record.event !== 'vip.added' || came.director !== after.director) return [];
    // A later taking is another failover's.
    if (Math.abs(came.at - after.from) > comesMs || came.at > (after.until ?? came.at)) return [];
    const left = near.find(
      (each) =>
        gone.has(each.record.event) &&
        each.director === before.director &&
        each.record.address === came.record.address &&
        each.at >= (before.decided?.at ?? before.from),
    );
    return left === undefined ? [] : [Math.max(0, came.at - left.at)];
  });
  return gaps.length === 0 ? undefined : Math.max(...gaps);
}
