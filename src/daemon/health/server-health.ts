// What is told of a server under check: to status and why, and to whoever weighs it.

import type { RealName, ServiceName } from '../../model/ipvs.ts';
import type { ProbeResult } from '../../model/probe-result.ts';
import type { Verdict } from '../../model/verdict.ts';
import type { Micros } from '../../ports/clock.ts';
import { type CheckedServer, type Judged, verdictOn } from './checked-server.ts';
import { type FlapAccount, flapAccountOf } from './flap-hold.ts';
import type { CheckStatistics } from './scheduled-check.ts';

export type ServerHealth = {
  readonly service: ServiceName;
  readonly real: RealName;
  readonly verdict: Verdict;
  readonly maintenance: boolean;
  /** The kind of the check: http, connect, ping, external, on, off. */
  readonly check: string;
  /** What the last check said; absent before the first. */
  readonly last?: ProbeResult & { readonly agoMs: number };
  /** What the last checks said, newest first. */
  readonly recent: readonly (ProbeResult & { readonly agoMs: number })[];
  /** Consecutive. */
  readonly successes: number;
  readonly failures: number;
  /** What is held against it for flapping; absent: nothing. */
  readonly flaps?: FlapAccount;
  /** Of the check, which equal servers of several services share. */
  readonly statistics: CheckStatistics;
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
  statistics: CheckStatistics,
  now: Micros,
): ServerHealth {
  const { service, real, maintenance, plan, recent, state } = server;
  const toldAt = ({ result, at }: Judged) => ({ ...result, agoMs: (now - at) / 1000 });
  const flaps = flapAccountOf(server, now);
  return {
    ...{ service, real, verdict: verdictOn(server), maintenance, check: plan.main.target.kind },
    ...(recent[0] !== undefined && { last: toldAt(recent[0]) }),
    ...{ recent: recent.map(toldAt), successes: state.successes, failures: state.failures },
    ...(flaps !== undefined && { flaps }),
    statistics,
  };
}

export const weightFactsOf = ({ upSince, weightPercent, weight }: CheckedServer): HealthWeightFacts => ({
  ...{ upSince, weightPercent, weight },
});
