// Why a real server is served as it is: the chain of facts behind its place in the table, as plain data.
import type { Config } from '../config/config.ts';
import { formatEndpoint } from '../net/endpoint.ts';
import { realName } from '../reconcile/canonical.ts';
import { formatServiceId } from '../reconcile/model.ts';
import type { Verdict } from '../reconcile/verdict-view.ts';
import type { WeightPart } from '../reconcile/weigh.ts';
import type { ServerHealth } from './health-loop.ts';
import type { ReconcileStatus } from './reconcile-loop.ts';

export type Why = {
  readonly service: string;
  readonly real: string;
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
  /** In the kernel's table; absent: not there. */
  readonly inTable?: { readonly weight: number; readonly active: number; readonly inactive: number };
};

export type WhyParts = {
  readonly health: readonly ServerHealth[];
  readonly reconcile: ReconcileStatus;
  readonly explain: (service: string, real: string, configured: number) => readonly WeightPart[];
};

/** @param about the name of a real server ("192.168.6.2:80") or its address alone. One entry a service that has it. */
export function whyOf(config: Config, about: string, parts: WhyParts): readonly Why[] {
  return config.virtuals.flatMap((virtual) =>
    virtual.reals
      .filter((real) => real.address === about || realName(virtual.id, real) === about)
      .map((real) => {
        const [service, name] = [formatServiceId(virtual.id), realName(virtual.id, real)];
        const server = parts.health.find((entry) => entry.service === service && entry.real === name);
        return {
          ...{ service, real: name, rise: virtual.rise, fall: virtual.fall },
          ...healthOf(server),
          weights: parts.explain(service, name, real.weight),
          ...placeIn(parts.reconcile, service, name),
        };
      }),
  );
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
