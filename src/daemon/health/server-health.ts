// What is told of a server under check: to status and why, and to whoever weighs it.

import type { RealName, ServiceName } from '../../model/ipvs.ts';
import type { ProbeResult } from '../../model/probe-result.ts';
import type { Verdict } from '../../model/verdict.ts';
import type { Micros } from '../../ports/clock.ts';
import { type CheckedServer, verdictOn, weightOf } from './checked-server.ts';
import { type FlapAccount, flapAccountOf } from './flap-hold.ts';
import type { CheckStatistics } from './scheduled-check.ts';
import type { Judged, ServerCheck } from './server-check.ts';

/** What a check said, and how long ago. */
export type Said = ProbeResult & { readonly agoMs: number };

/** One check of a server. */
export type CheckHealth = {
  /** Which one, of several: "check 2 (connect to port 443)". */
  readonly name?: string;
  /** http, connect, ping, external, on, off. */
  readonly kind: string;
  readonly verdict: Verdict;
  /** Absent before the first result. */
  readonly last?: Said;
  /** Consecutive, and how many it takes. */
  readonly successes: number;
  readonly rise: number;
  readonly failures: number;
  readonly fall: number;
  /** Equal servers of several services share it. */
  readonly statistics: CheckStatistics;
};

export type ServerHealth = {
  readonly service: ServiceName;
  readonly real: RealName;
  readonly verdict: Verdict;
  readonly maintenance: boolean;
  /** At least one; all must find it up. */
  readonly checks: readonly CheckHealth[];
  /** What the last check said, newest first; of several with its name. */
  readonly recent: readonly (Said & { readonly check?: string })[];
  /** What is held against it for flapping; absent: nothing. */
  readonly flaps?: FlapAccount;
};

export type HealthWeightFacts = {
  /** When it came up, unless the kernel's table served it before. */
  readonly upSince?: Micros | undefined;
  /** What it says of itself: percent of its weight. */
  readonly weightPercent?: number | undefined;
  /** What its check says of its weight, in place of the configured one. */
  readonly weight?: number | undefined;
};

export function serverHealthOf(
  server: CheckedServer,
  statisticsOf: (check: ServerCheck) => CheckStatistics,
  now: Micros,
): ServerHealth {
  const { service, real, maintenance, recent } = server;
  const flaps = flapAccountOf(server, now);
  return {
    ...{ service, real, verdict: verdictOn(server), maintenance },
    checks: server.checks.map((check) => checkHealthOf(check, statisticsOf(check), now)),
    recent: recent.map(({ check, ...judged }) => ({
      ...toldAt(judged, now),
      ...(check !== undefined && { check }),
    })),
    ...(flaps !== undefined && { flaps }),
  };
}

const toldAt = ({ result, at }: Judged, now: Micros): Said => ({ ...result, agoMs: (now - at) / 1000 });

const checkHealthOf = (
  { name, plan, state, last, limits }: ServerCheck,
  statistics: CheckStatistics,
  now: Micros,
): CheckHealth => ({
  ...(name !== undefined && { name }),
  ...{ kind: plan.main.target.kind, verdict: state.verdict },
  ...(last !== undefined && { last: toldAt(last, now) }),
  ...{ successes: state.successes, rise: limits.rise, failures: state.failures, fall: limits.fall },
  statistics,
});

/** What its checks say in a few words: of several, those that failed, else what came last. */
export function summaryOf({ checks, recent: [last] }: ServerHealth): string {
  const [only] = checks;
  if (checks.length === 1) return only?.last?.detail ?? 'not checked yet';
  const failed = checks.filter(({ verdict, last }) => verdict === 'down' && last !== undefined);
  if (failed.length > 0) return failed.map(({ name, last }) => `${name}: ${last?.detail}`).join('; ');
  const silent = checks.filter((check) => check.last === undefined).length;
  if (last === undefined) return 'not checked yet';
  return `${last.check ?? 'a check that is not made any more'}: ${last.detail}${silent === 0 ? '' : `; ${silent} of ${checks.length} checks not made yet`}`;
}

export const weightFactsOf = (server: CheckedServer): HealthWeightFacts => ({
  ...{ upSince: server.upSince, ...weightOf(server) },
});
