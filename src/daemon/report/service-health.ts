// Whether a virtual service is served as it is meant to be: it has its quorum, or where it has none one real server is up,
// by checks that are recent, and the kernel's table, as it was read last, is made of real servers. A fallback that serves
// is a no: it says sorry (as `track_virtual` has it), and who asks may know another site. On the backup as on the active.
import { describeFallback } from '../../journal/describe-fallback.ts';
import type { Config } from '../../model/config/config.ts';
import type { VirtualConfig } from '../../model/config/service.ts';
import { formatServiceId, realName, type ServiceName } from '../../model/ipvs.ts';
import type { VerdictOf } from '../../model/verdict.ts';
import type { Micros } from '../../ports/clock.ts';
import { fallbackServing } from '../../reconcile/fallback.ts';
import type { HealthLoop } from '../health/health-loop.ts';
import type { QuorumStatus } from '../reconcile/quorums.ts';
import type { ReconcileStatus } from '../reconcile/reconcile-loop.ts';
import { judgeQuorum, judgeService } from '../tracking/service.ts';
import { allOf, type HealthAnswer, seconds } from './health-answer.ts';
import { isServiceCalled } from './why.ts';

export type ServiceFacts = {
  readonly now: Micros;
  readonly config: Config;
  readonly reconcile: ReconcileStatus;
  readonly verdictOf: VerdictOf;
  readonly quorumOf: (service: ServiceName) => QuorumStatus | undefined;
  readonly checkAgeOf: HealthLoop['checkAgeOf'];
};

/** @param about as of `why`: address, mark or servicename; several are well where each is. */
export function serviceHealthOf(about: string, facts: ServiceFacts): HealthAnswer | undefined {
  const called = facts.config.virtuals.filter((virtual) => isServiceCalled(about, virtual));
  if (called.length === 0) return undefined;
  const unread = tableAgeOf(facts.reconcile, facts);
  if (unread !== undefined) return { ok: false, reason: `${about}: ${unread}` };
  return allOf(called.map((virtual) => judge(virtual, facts)));
}

/** A pass every `resync_interval`; one may take its time, none is left out. */
const passMs = 5000;

/** @returns why the table that was read last says nothing; undefined: it does. */
export function tableAgeOf(
  { available, reason, observedAt }: ReconcileStatus,
  { now, config }: Pick<ServiceFacts, 'now' | 'config'>,
): string | undefined {
  if (available === false) return `the kernel's table cannot be read: ${reason ?? 'no reason is known'}`;
  if (available === undefined || observedAt === undefined) return "the kernel's table was not read yet";
  const [ageMs, maxMs] = [(now - observedAt) / 1000, 2 * config.ipvs.resyncIntervalMs + passMs];
  if (ageMs <= maxMs) return undefined;
  return `the kernel's table was read last ${seconds(ageMs)} ago: expected every ${seconds(config.ipvs.resyncIntervalMs)}`;
}

function judge(virtual: VirtualConfig, facts: ServiceFacts): HealthAnswer {
  const service = formatServiceId(virtual.id);
  const name = virtual.servicename ?? service;
  const no = (reason: string): HealthAnswer => ({ ok: false, reason: `${name}: ${reason}` });
  const { servedBy = 'nobody', tier, withheld = false } = facts.reconcile.services.get(service) ?? {};
  const fallback = fallbackServing(virtual, tier, withheld);
  if (fallback !== undefined) return no(describeFallback(fallback));
  const quorum = facts.quorumOf(service);
  const { finding, detail } =
    quorum === undefined ? judgeService(virtual, 1, facts.verdictOf) : judgeQuorum(quorum);
  if (finding === 'unknown') return no(`not known yet: ${detail}`);
  if (finding !== 'up') return no(detail);
  const old = oldChecksOf(virtual, facts);
  if (old !== undefined) return no(old);
  return servedBy === 'reals'
    ? { ok: true, reason: `${name}: ${detail}` }
    : no(`nobody serves yet: ${detail}`);
}

/** @returns in words, where no server that is up was checked as recently as it should be. */
function oldChecksOf(virtual: VirtualConfig, { verdictOf, checkAgeOf }: ServiceFacts): string | undefined {
  const service = formatServiceId(virtual.id);
  const ages = virtual.reals
    .map((real) => realName(virtual.id, real))
    .filter((real) => ['up', 'held'].includes(verdictOf(service, real)))
    .map((real) => checkAgeOf(service, real));
  const [first] = ages;
  if (first === undefined || ages.some((age) => age === undefined || age.ageMs <= age.maxMs))
    return undefined;
  return `no server was checked for ${seconds(first.ageMs)}: expected a check in ${seconds(first.maxMs)}`;
}
