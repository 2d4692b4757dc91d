// The weight of each server at this moment, from what health, the operator and the time say; and a call for
// another pass while a slow start goes on. The arithmetic is reconcile/weigh's.
import type { VirtualConfig } from '../../model/config/service.ts';
import { formatServiceId, type RealName, type ServiceName } from '../../model/ipvs.ts';
import type { Clock } from '../../ports/clock.ts';
import { type Override, type WeightFacts, type WeightPart, weigh, weightOf } from '../../reconcile/weigh.ts';
import type { HealthWeightFacts } from '../health/server-health.ts';

/** A growing weight is set anew so often. */
const growthStepMs = 1000;

export type WeightsPorts = {
  readonly clock: Clock;
  readonly healthFactsOf: (service: ServiceName, real: RealName) => HealthWeightFacts;
  readonly overrideOf: (service: ServiceName, real: RealName) => Override | undefined;
  /** A weight has changed by the passing of time. */
  readonly onGrown: () => void;
};

export type Weights = {
  readonly configure: (virtuals: readonly VirtualConfig[]) => void;
  /** What it goes by, besides the configured weight. */
  readonly factsOf: (service: ServiceName, real: RealName) => WeightFacts;
  /** What the table is to hold while the server is up (reconcile/desire's Weigh). */
  readonly weigh: (service: ServiceName, real: RealName, configured: number) => number | 'out';
  /** The same, with where each part of it comes from. */
  readonly explain: (service: ServiceName, real: RealName, configured: number) => readonly WeightPart[];
  readonly stop: () => void;
};

/** Nothing: so it is of most servers, in every pass. */
const asConfigured: WeightFacts = {};

export function createWeights({ clock, healthFactsOf, overrideOf, onGrown }: WeightsPorts): Weights {
  let slowStartMs: ReadonlyMap<ServiceName, number> = new Map();
  let cancel: (() => void) | undefined;

  const factsOf = (service: ServiceName, real: RealName): WeightFacts => {
    const { upSince, weight, weightPercent } = healthFactsOf(service, real);
    const override = overrideOf(service, real);
    const limitMs = slowStartMs.get(service);
    const grown =
      upSince === undefined || limitMs === undefined ? 1 : (clock.now() - upSince) / 1000 / limitMs;
    const isPlain = override === undefined && weight === undefined && weightPercent === undefined;
    if (isPlain && !(grown < 1)) return asConfigured;
    return {
      ...(override !== undefined && { override }),
      ...(weight !== undefined && { checkWeight: weight }),
      ...(weightPercent !== undefined && { agentPercent: weightPercent }),
      ...(grown < 1 && { slowStart: grown }),
    };
  };

  const explain = (service: ServiceName, real: RealName, configured: number) =>
    weigh(configured, factsOf(service, real));

  const growOn = () => {
    cancel ??= clock.after(growthStepMs, () => {
      cancel = undefined;
      onGrown();
    });
  };

  return {
    configure: (virtuals) => {
      slowStartMs = new Map(
        virtuals.flatMap(({ id, slowStartMs: limitMs }) =>
          limitMs === undefined ? [] : [[formatServiceId(id), limitMs] as const],
        ),
      );
    },
    weigh: (service, real, configured) => {
      const facts = factsOf(service, real);
      if (facts === asConfigured) return configured;
      const parts = weigh(configured, facts);
      if (parts.some(({ origin }) => origin === 'slow start')) growOn();
      return weightOf(parts);
    },
    explain,
    factsOf,
    stop: () => cancel?.(),
  };
}
