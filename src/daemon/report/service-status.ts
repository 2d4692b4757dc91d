// A virtual service as status and why show it: its real servers, its fallback, and who leaves it. A service that is
// not configured any more is shown as long as its servers drain.
import type { FallbackConfig, VirtualConfig } from '../../model/config/service.ts';
import {
  destinationName,
  formatServiceId,
  nameInTable,
  type RealName,
  realName,
  type ServiceName,
} from '../../model/ipvs.ts';
import type { Verdict } from '../../model/verdict.ts';
import type { Micros } from '../../ports/clock.ts';
import type { ObservedService } from '../../ports/kernel.ts';
import type { WeightFacts } from '../../reconcile/weigh.ts';
import type { FlapAccount } from '../health/flap-hold.ts';
import { type CheckHealth, type ServerHealth, summaryOf } from '../health/server-health.ts';
import type { QuorumStatus } from '../reconcile/quorums.ts';
import type { ReconcileStatus } from '../reconcile/reconcile-loop.ts';
import { type LeavingStatus, leavingIn } from './leaving-status.ts';

/** One check of several. */
export type CheckStatus = {
  readonly check: string;
  readonly verdict: Verdict;
  readonly detail: string;
  readonly checkedAgoMs?: number;
};

export type RealStatus = {
  readonly real: RealName;
  /** The DNS name that its address comes from. */
  readonly name?: string;
  readonly verdict: Verdict;
  /** Held out of service by an operator. */
  readonly maintenance: boolean;
  /** In the kernel's table now; absent where the server is not in it. */
  readonly weight?: number;
  /** What its weight goes by besides the configured one; absent where that holds. */
  readonly weighing?: WeightFacts;
  readonly activeConnections: number;
  readonly inactiveConnections: number;
  /** What the last check said; of several those that failed. */
  readonly detail: string;
  readonly checkedAgoMs?: number;
  /** Each of several; absent where there is but one. */
  readonly checks?: readonly CheckStatus[];
  /** What is held against it for flapping; absent: nothing. */
  readonly flaps?: FlapAccount;
  /** Drained by the operator, and still in the table. */
  readonly draining?: LeavingStatus;
};

export type ServiceStatus = {
  readonly service: ServiceName;
  readonly scheduler: string;
  /** In the order in which they are tried. */
  readonly fallbacks: readonly TierStatus[];
  /** Absent where none is configured. */
  readonly quorum?: QuorumStatus;
  readonly reals: readonly RealStatus[];
  /** Servers that are not configured any more; absent where there are none. */
  readonly leaving?: readonly LeavingStatus[];
  /** The service itself is not configured any more. */
  readonly dropped?: true;
};

/** A tier of the fallback. */
export type TierStatus = {
  readonly address: RealName;
  /** The DNS name that it comes from. */
  readonly name?: string;
  readonly serving: boolean;
  /** Absent where it is not checked. */
  readonly verdict?: Verdict;
  /** What the last check said. */
  readonly detail?: string;
};

export type ServiceParts = {
  readonly health: readonly ServerHealth[];
  readonly reconcile: ReconcileStatus;
  readonly quorumOf: (service: ServiceName) => QuorumStatus | undefined;
  readonly weightFactsOf: (service: ServiceName, real: RealName) => WeightFacts;
};

/** Of each of these services. All servers are gone through once, not once a service. */
export function serviceStatuses(
  virtuals: readonly VirtualConfig[],
  parts: ServiceParts,
  now: Micros,
): readonly ServiceStatus[] {
  const observed = new Map(
    parts.reconcile.observed.map((entry) => [formatServiceId(entry.service.id), entry]),
  );
  const servers = new Map<ServiceName, ServerHealth[]>();
  for (const server of parts.health) {
    const others = servers.get(server.service);
    if (others === undefined) servers.set(server.service, [server]);
    else others.push(server);
  }
  return virtuals.map((virtual) => {
    const service = formatServiceId(virtual.id);
    const found = { service, theirs: servers.get(service) ?? [], observed: observed.get(service) };
    return serviceStatus(virtual, found, parts, now);
  });
}

type Found = {
  readonly service: ServiceName;
  readonly theirs: readonly ServerHealth[];
  readonly observed: ObservedService | undefined;
};

function serviceStatus(
  virtual: VirtualConfig,
  { service, theirs, observed }: Found,
  { reconcile, quorumOf, weightFactsOf }: ServiceParts,
  now: Micros,
): ServiceStatus {
  const inTable = new Map((observed?.destinations ?? []).map((entry) => [destinationName(entry), entry]));
  const configured = new Map(virtual.reals.map((real) => [realName(virtual.id, real), real]));
  const quorum = quorumOf(service);
  const tier = reconcile.services.get(service)?.tier;
  const leaving = leavingIn(reconcile, service, 'configuration', now);
  const draining = leavingIn(reconcile, service, 'operator', now);
  return {
    service,
    scheduler: virtual.scheduler,
    fallbacks: virtual.fallbacks.map((each, index) => tierStatus(virtual, each, theirs, index === tier)),
    ...(quorum !== undefined && { quorum }),
    reals: theirs.flatMap((server) => {
      const config = configured.get(server.real);
      if (config === undefined) return [];
      const place = nameInTable(virtual.id, config);
      return [
        {
          ...realStatus(server, config.name, inTable.get(place)),
          ...weighingOf(weightFactsOf(service, server.real)),
          ...(server.flaps !== undefined && { flaps: server.flaps }),
          ...drainingOf(draining.find(({ real }) => real === place)),
        },
      ];
    }),
    ...(leaving.length > 0 && { leaving }),
  };
}

/** Those that only drain. */
export function droppedServices(
  virtuals: readonly VirtualConfig[],
  reconcile: ReconcileStatus,
  now: Micros,
): readonly ServiceStatus[] {
  const configured = new Set(virtuals.map(({ id }) => formatServiceId(id)));
  const names = [...new Set(reconcile.leaving.map(({ service }) => service))];
  return names.flatMap((service) => {
    const held = reconcile.observed.find((entry) => formatServiceId(entry.service.id) === service);
    if (configured.has(service) || held === undefined) return [];
    const { scheduler } = held.service;
    const leaving = leavingIn(reconcile, service, 'configuration', now);
    return [{ service, scheduler, fallbacks: [], reals: [], leaving, dropped: true as const }];
  });
}

function tierStatus(
  { id }: VirtualConfig,
  tier: FallbackConfig,
  health: readonly ServerHealth[],
  serving: boolean,
): TierStatus {
  const address = realName(id, tier);
  // One that is not checked is known where it is also a real server.
  const server = health.find(({ real }) => real === address);
  return {
    address,
    ...(tier.name !== undefined && { name: tier.name }),
    serving,
    ...(server !== undefined && {
      verdict: server.verdict,
      detail: summaryOf(server),
    }),
  };
}

const drainingOf = (draining: LeavingStatus | undefined) => (draining === undefined ? {} : { draining });

const weighingOf = (weighing: WeightFacts) => (Object.keys(weighing).length === 0 ? {} : { weighing });

type Observed = ReconcileStatus['observed'][number]['destinations'][number];

function realStatus(server: ServerHealth, name: string | undefined, entry: Observed | undefined): RealStatus {
  const [last] = server.recent;
  return {
    real: server.real,
    ...(name !== undefined && { name }),
    verdict: server.verdict,
    maintenance: server.maintenance,
    ...(entry === undefined ? {} : { weight: entry.weight }),
    activeConnections: entry?.counters.activeConnections ?? 0,
    inactiveConnections: entry?.counters.inactiveConnections ?? 0,
    detail: summaryOf(server),
    ...(last === undefined ? {} : { checkedAgoMs: Math.round(last.agoMs) }),
    ...(server.checks.length > 1 && { checks: server.checks.map(checkStatus) }),
  };
}

const checkStatus = ({ name = '', verdict, last }: CheckHealth): CheckStatus => ({
  ...{ check: name, verdict, detail: last?.detail ?? 'not checked yet' },
  ...(last === undefined ? {} : { checkedAgoMs: Math.round(last.agoMs) }),
});
