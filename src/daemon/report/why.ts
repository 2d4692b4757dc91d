// Why things are as they are: the chain of facts behind a real server's place in the table, a service's choice of who
// serves, and a virtual router's state, as plain data. Whatever is called by the word asked about is told of.

import type { FallbackServing } from '../../journal/describe-fallback.ts';
import type { Config } from '../../model/config/config.ts';
import type { RealConfig, VirtualConfig } from '../../model/config/service.ts';
import {
  type DestinationName,
  destinationName,
  formatServiceId,
  nameInTable,
  type RealName,
  realName,
  type ServiceId,
  type ServiceName,
} from '../../model/ipvs.ts';
import { parseRealName } from '../../model/names.ts';
import type { Verdict } from '../../model/verdict.ts';
import { formatEndpoint } from '../../net/endpoint.ts';
import type { Micros } from '../../ports/clock.ts';
import type { DesiredService } from '../../reconcile/desire.ts';
import { fallbackServing } from '../../reconcile/fallback.ts';
import type { WeightPart } from '../../reconcile/weigh.ts';
import type { FlapAccount } from '../health/flap-hold.ts';
import type { CheckHealth, ServerHealth } from '../health/server-health.ts';
import type { QuorumStatus } from '../reconcile/quorums.ts';
import type { ReconcileStatus } from '../reconcile/reconcile-loop.ts';
import type { VrrpInstanceStatus } from '../vrrp/messages.ts';
import { type LeavingStatus, leavingIn } from './leaving-status.ts';
import { type ServiceParts, type ServiceStatus, serviceStatuses } from './service-status.ts';

/** How many answers in a row speak for a server and against it, and how many it takes. */
export type CheckWhy = Pick<
  CheckHealth,
  'name' | 'kind' | 'verdict' | 'successes' | 'rise' | 'failures' | 'fall'
>;

/** @property check by name, of several. */
export type AnswerWhy = {
  readonly outcome: string;
  readonly check?: string;
  readonly detail: string;
  readonly agoMs: number;
};

export type ServerWhy = {
  readonly service: ServiceName;
  readonly real: RealName;
  /** The DNS name that its address comes from. */
  readonly name?: string;
  readonly verdict: Verdict;
  readonly maintenance: boolean;
  /** Empty where it is not checked. */
  readonly checks: readonly CheckWhy[];
  /** What is held against it for flapping; absent: nothing. */
  readonly flaps?: FlapAccount;
  /** Drained by the operator, and still in the table. */
  readonly draining?: LeavingStatus;
  /** Newest first. */
  readonly answers: readonly AnswerWhy[];
  /** From the configured weight to the one it gets while it is up. */
  readonly weights: readonly WeightPart[];
  /** Of a server of the fallback: which tier, from 1. */
  readonly tier?: number;
  /** Who serves the service. */
  readonly servedBy: DesiredService['servedBy'];
  /** Where a tier serves. */
  readonly fallback?: FallbackServing;
  /** Absent where the service has none. */
  readonly quorum?: QuorumStatus;
  /** In the kernel's table; absent: not there. */
  readonly inTable?: { readonly weight: number; readonly active: number; readonly inactive: number };
};

/** Not configured any more, and still in the table. */
export type LeaverWhy = LeavingStatus & { readonly service: ServiceName };

export type ServiceWhy = ServiceStatus & {
  readonly servicename?: string;
  readonly servedBy: DesiredService['servedBy'];
  readonly fallback?: FallbackServing;
  /** Whether every server that is checked at all has its first verdict. */
  readonly settled: boolean;
};

export type RouterWhy = VrrpInstanceStatus & {
  /** In its present state. */
  readonly forMs: number;
};

export type WhyAnswer = {
  readonly servers: readonly ServerWhy[];
  readonly leavers: readonly LeaverWhy[];
  readonly services: readonly ServiceWhy[];
  readonly routers: readonly RouterWhy[];
  /** Why a router called so does not run; absent: none is called so, or nothing stands in the way. */
  readonly problems?: readonly string[];
};

export type WhyParts = ServiceParts & {
  readonly now: Micros;
  readonly vrrp: readonly VrrpInstanceStatus[];
  readonly vrrpProblems: readonly string[];
  readonly explain: (service: ServiceName, real: RealName, configured: number) => readonly WeightPart[];
};

/**
 * @param about a real server ("192.168.6.2:80"), its address alone, or the DNS name that it comes from; a virtual
 * service by its address, mark or servicename; a virtual router by its name or one of its addresses.
 */
export const whyOf = (config: Config, about: string, parts: WhyParts): WhyAnswer => ({
  servers: config.virtuals.flatMap((virtual) => serversOf(virtual, about, parts)),
  leavers: leaversCalled(about, parts),
  services: servicesCalled(config, about, parts),
  routers: routersCalled(config, about, parts),
  ...(namesCalled(config, about).length > 0 &&
    parts.vrrpProblems.length > 0 && { problems: parts.vrrpProblems }),
});

const serversOf = (virtual: VirtualConfig, about: string, parts: WhyParts): readonly ServerWhy[] =>
  [...virtual.reals, ...virtual.fallbacks]
    .filter((real) => isCalled(about, virtual.id, real))
    .map((real) => {
      const [service, name] = [formatServiceId(virtual.id), realName(virtual.id, real)];
      const server = parts.health.find((entry) => entry.service === service && entry.real === name);
      const place = nameInTable(virtual.id, real);
      const draining = leavingIn(parts.reconcile, service, 'operator', parts.now).find(
        (each) => each.real === place,
      );
      return {
        ...{ service, real: name },
        ...(real.name !== undefined && { name: real.name }),
        ...healthOf(server),
        ...(draining !== undefined && { draining }),
        weights: parts.explain(service, name, real.weight),
        ...servingOf(virtual, real, parts),
        ...placeIn(parts.reconcile, service, place),
      };
    });

function leaversCalled(about: string, { reconcile, now }: WhyParts): readonly LeaverWhy[] {
  const services = [...new Set(reconcile.leaving.map(({ service }) => service))];
  return services.flatMap((service) =>
    leavingIn(reconcile, service, 'configuration', now)
      .filter(({ real }) => real === about || real.startsWith(`${about}:`) || real.startsWith(`[${about}]:`))
      .map((leaver) => ({ service, ...leaver })),
  );
}

function servicesCalled({ virtuals }: Config, about: string, parts: WhyParts): readonly ServiceWhy[] {
  const called = virtuals.filter((virtual) => isServiceCalled(about, virtual));
  const statuses = serviceStatuses(called, parts, parts.now);
  return called.flatMap((virtual, index) => {
    const status = statuses[index];
    return status === undefined ? [] : [serviceWhy(virtual, status, parts)];
  });
}

function serviceWhy(virtual: VirtualConfig, status: ServiceStatus, { reconcile }: WhyParts): ServiceWhy {
  const {
    servedBy = 'nobody',
    tier,
    withheld = false,
    settled = false,
  } = reconcile.services.get(status.service) ?? {};
  const fallback = fallbackServing(virtual, tier, withheld);
  return {
    ...status,
    ...(virtual.servicename !== undefined && { servicename: virtual.servicename }),
    ...{ servedBy, settled },
    ...(fallback !== undefined && { fallback }),
  };
}

export const isServiceCalled = (about: string, { id, servicename }: VirtualConfig): boolean =>
  isService(about, id) || servicename === about;

const isService = (about: string, id: ServiceId): boolean =>
  formatServiceId(id) === about ||
  (id.kind === 'address' && (formatEndpoint(id) === about || id.address === about));

const namesCalled = ({ vrrp }: Config, about: string): readonly string[] =>
  vrrp
    .filter(
      ({ name, virtualAddresses, excludedAddresses = [] }) =>
        name === about ||
        [...virtualAddresses, ...excludedAddresses].some(({ address }) => address === about),
    )
    .map(({ name }) => name);

function routersCalled(config: Config, about: string, parts: WhyParts): readonly RouterWhy[] {
  const names = namesCalled(config, about);
  return parts.vrrp
    .filter(({ name }) => names.includes(name))
    .map((status) => ({ ...status, forMs: Math.max(0, Math.round(parts.now / 1000) - status.sinceMs) }));
}

function servingOf(virtual: VirtualConfig, real: RealConfig, { reconcile, quorumOf }: WhyParts) {
  const service = formatServiceId(virtual.id);
  const { servedBy = 'nobody', tier, withheld = false } = reconcile.services.get(service) ?? {};
  const fallback = fallbackServing(virtual, tier, withheld);
  const quorum = quorumOf(service);
  const index = virtual.fallbacks.findIndex(({ at }) => at === real.at);
  return {
    servedBy,
    ...(index >= 0 && { tier: index + 1 }),
    ...(fallback !== undefined && { fallback }),
    ...(quorum !== undefined && { quorum }),
  };
}

/** By its place, its address, or its DNS name (in any case: RFC 4343). */
const isCalled = (about: string, id: ServiceId, real: RealConfig): boolean =>
  realName(id, real) === about || real.address === about || real.name === about.toLowerCase();

/** The servers that a DNS name stands for now; the name of a server stands for itself. */
export function realsCalled({ virtuals }: Config, about: string): readonly RealName[] {
  const name = about.toLowerCase();
  const named = virtuals.flatMap(({ id, reals }) =>
    reals.filter((real) => real.name === name).map((real) => realName(id, real)),
  );
  const real = parseRealName(about);
  return named.length > 0 || real === undefined ? [...new Set(named)] : [real];
}

function healthOf(server: ServerHealth | undefined) {
  return {
    verdict: server?.verdict ?? 'unverified',
    maintenance: server?.maintenance ?? false,
    checks: (server?.checks ?? []).map(({ statistics: _, last: __, ...check }) => check),
    ...(server?.flaps !== undefined && { flaps: server.flaps }),
    answers: (server?.recent ?? []).map(({ outcome, check, detail, agoMs }) => ({
      ...{ outcome, detail, agoMs: Math.round(agoMs) },
      ...(check !== undefined && { check }),
    })),
  };
}

function placeIn(
  { observed }: ReconcileStatus,
  service: ServiceName,
  real: DestinationName,
): Pick<ServerWhy, 'inTable'> {
  const entry = observed.find((candidate) => formatServiceId(candidate.service.id) === service);
  const place = entry?.destinations.find((destination) => destinationName(destination) === real);
  if (place === undefined) return {};
  const { activeConnections: active, inactiveConnections: inactive } = place.counters;
  return { inTable: { weight: place.weight, active, inactive } };
}
