// Whether a service has its quorum: enough servers by the sum of their weights, with a band in which the state of
// before holds (docs/reference/keepalived.md §5: gained at quorum + hysteresis, lost below quorum - hysteresis, and at
// 0). Servers without a verdict, or held for flapping, leave it open: a quorum is neither lost nor missed while they
// could still make it. What is more than all servers together have counts as reached when all serve. Pure; what
// follows from it is desire.ts's.
import { checktypeOf } from '../model/checks/checks-of.ts';
import type { QuorumConfig, VirtualConfig } from '../model/config/service.ts';
import { formatServiceId, realName } from '../model/ipvs.ts';
import { type QuorumView, type VerdictOf, type Weigh, withoutCheck } from '../model/verdict.ts';

export type QuorumState = {
  readonly held: boolean;
  /** Whether the checks have said so; until then it is what the table looked like. */
  readonly known: boolean;
};

/** Sums of weights. */
export type ServingWeight = {
  /** Of the servers that are up. */
  readonly certain: number;
  /** Of those without a verdict, and of those that answer but are held for flapping. */
  readonly open: number;
  /** Of all, as they are configured. */
  readonly total: number;
};

export function weighServers(virtual: VirtualConfig, verdictOf: VerdictOf, weigh: Weigh): ServingWeight {
  const service = formatServiceId(virtual.id);
  const sums = { certain: 0, open: 0, total: 0 };
  for (const real of virtual.reals) {
    const name = realName(virtual.id, real);
    const weight = weigh(service, name, real.weight);
    const verdict = withoutCheck(checktypeOf(virtual, real), verdictOf(service, name));
    sums.total += real.weight;
    if (weight === 'out') continue;
    if (verdict === 'up') sums.certain += weight;
    if (verdict === 'unverified' || verdict === 'held') sums.open += weight;
  }
  return sums;
}

export type Thresholds = { readonly gainedAt: number; readonly lostBelow: number };

/** Never below 1: nothing is no quorum. */
export function thresholdsOf({ quorum, hysteresis }: QuorumConfig, total: number): Thresholds {
  const reachable = Math.min(quorum, total);
  return {
    gainedAt: Math.max(1, Math.min(reachable + hysteresis, total)),
    lostBelow: Math.max(1, reachable - hysteresis),
  };
}

/** The state after the servers have changed, or the limits. */
export function stepQuorum(
  before: QuorumState,
  { certain, open, total }: ServingWeight,
  limits: QuorumConfig,
): QuorumState {
  const { gainedAt, lostBelow } = thresholdsOf(limits, total);
  if (certain >= (before.held ? lostBelow : gainedAt)) return { held: true, known: true };
  if (before.held && certain + open >= lostBelow) return before;
  return { held: false, known: before.held || before.known || certain + open < gainedAt };
}

/** What of it decides who serves. */
export const viewOf = ({ held, known }: QuorumState): QuorumView => (held ? 'held' : known ? 'lost' : 'open');
