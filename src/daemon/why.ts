// Why a real server is served as it is: the chain of facts behind its place in the table, as plain data.
import type { Config, RealConfig, VirtualConfig } from '../config/config.ts';
import { formatEndpoint } from '../net/endpoint.ts';
import { realName } from '../reconcile/canonical.ts';
import type { DesiredService } from '../reconcile/desire.ts';
import { type FallbackServing, fallbackServing } from '../reconcile/fallback.ts';
import { formatServiceId, type ServiceId } from '../reconcile/model.ts';
import type { Verdict } from '../reconcile/verdict-view.ts';
import type { WeightPart } from '../reconcile/weigh.ts';
import type { ServerHealth } from './health-loop.ts';
import type { QuorumStatus } from './quorums.ts';
import type { ReconcileStatus } from './reconcile-loop.ts';

export type Why = {
  readonly service: string;
  readonly real: string;
  /** The DNS name that its address comes from. */
  readonly name?: string;
  readonly verdict: Verdict;
  readonly maintenance: boolean;
  readonly check: string;
  /** How many answers in a row speak for and against it, and how many it takes. */
  readonly successes: number;
  readonly rise: number;
  readonly failures: number;
  readonly fall: number;
  /** Newest first. */
  readonly answers: readonly { readonly outcome: string; readonly detail: string; readonly agoMs: number }[];
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

export type WhyParts = {
  readonly health: readonly ServerHealth[];
  readonly reconcile: ReconcileStatus;
  readonly quorumOf: (service: string) => QuorumStatus | undefined;
  readonly explain: (service: string, real: string, configured: number) => readonly WeightPart[];
};

/**
 * @param about a real server ("192.168.6.2:80"), its address alone, or the DNS name that it comes from. One entry a
 * service that has it.
 */
export function whyOf(config: Config, about: string, parts: WhyParts): readonly Why[] {
  return config.virtuals.flatMap((virtual) =>
    [...virtual.reals, ...virtual.fallbacks]
      .filter((real) => isCalled(about, virtual.id, real))
      .map((real) => {
        const [service, name] = [formatServiceId(virtual.id), realName(virtual.id, real)];
        const server = parts.health.find((entry) => entry.service === service && entry.real === name);
        return {
          ...{ service, real: name, rise: virtual.rise, fall: virtual.fall },
          ...(real.name !== undefined && { name: real.name }),
          ...healthOf(server),
          weights: parts.explain(service, name, real.weight),
          ...servingOf(virtual, real, parts),
          ...placeIn(parts.reconcile, service, name),
        };
      }),
  );
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

/** The servers that a DNS name stands for now; any other word stands for itself. */
export function placesCalled({ virtuals }: Config, about: string): readonly string[] {
  const name = about.toLowerCase();
  const places = virtuals.flatMap(({ id, reals }) =>
    reals.filter((real) => real.name === name).map((real) => realName(id, real)),
  );
  return places.length === 0 ? [about] : [...new Set(places)];
}

function healthOf(server: ServerHealth | undefined) {
  return {
    verdict: server?.verdict ?? 'unverified',
    maintenance: server?.maintenance ?? false,
    check: server?.check ?? 'none',
    successes: server?.successes ?? 0,
    failures: server?.failures ?? 0,
    answers: (server?.recent ?? []).map(({ outcome, detail, agoMs }) => ({
      ...{ outcome, detail, agoMs: Math.round(agoMs) },
    })),
  };
}

function placeIn({ observed }: ReconcileStatus, service: string, real: string): Pick<Why, 'inTable'> {
  const entry = observed.find((candidate) => formatServiceId(candidate.service.id) === service);
  const place = entry?.destinations.find((destination) => formatEndpoint(destination) === real);
  if (place === undefined) return {};
  const { activeConnections: active, inactiveConnections: inactive } = place.counters;
  return { inTable: { weight: place.weight, active, inactive } };
}
