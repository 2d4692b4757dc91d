// Which tier of the fallback is the one to serve: the first that is up. One that is not checked counts as up; one
// without a verdict does not, unless the table serves it already. Whether any of them serves is desire.ts's.
import type { FallbackConfig, VirtualConfig } from '../config/config.ts';
import { formatEndpoint } from '../net/endpoint.ts';
import { canonicalDestination, sameDestination } from './canonical.ts';
import { type Destination, realName } from './model.ts';
import type { HealthOf } from './verdict-view.ts';

/** A tier in its place: the first is 0. */
export type Tier = { readonly index: number; readonly destination: Destination };

type Place = Tier & { readonly config: FallbackConfig };

/** A tier that is checked and also a real server is that server, and no tier: the two have one check and one place. */
function placesOf({ id, reals, fallbacks }: VirtualConfig): readonly Place[] {
  const mayShare = fallbacks.some(({ checked }) => checked) ? reals : [];
  const taken = new Set(mayShare.map((real) => formatEndpoint(canonicalDestination(id, real))));
  return fallbacks.flatMap((config, index) => {
    const destination = canonicalDestination(id, config);
    return config.checked && taken.has(formatEndpoint(destination)) ? [] : [{ index, config, destination }];
  });
}

/** What each would be in the table, in order. */
export const tiersOf = (virtual: VirtualConfig): readonly Destination[] =>
  placesOf(virtual).map(({ destination }) => destination);

/** @param present the table's servers of the service, by formatEndpoint. */
export function firstTierUp(
  virtual: VirtualConfig,
  health: HealthOf,
  present: ReadonlyMap<string, Destination>,
): Tier | undefined {
  for (const { index, config, destination } of placesOf(virtual)) {
    const held = present.get(formatEndpoint(destination));
    const serves =
      held !== undefined && held.weight > 0 && sameDestination({ ...held, weight: 1 }, destination);
    const weight = config.checked ? weightOf(virtual, config, health, serves) : config.weight;
    if (weight > 0) return { index, destination: { ...destination, weight } };
  }
  return undefined;
}

/** Of a tier that is checked: 0 where it cannot serve now. @param serves whether the table has it. */
function weightOf(
  { id }: VirtualConfig,
  tier: FallbackConfig,
  { verdictOf, weigh }: HealthOf,
  serves: boolean,
): number {
  const name = realName(id, tier);
  const verdict = verdictOf(name);
  const isUp = verdict === 'up' || (verdict === 'unverified' && serves);
  const weight = isUp ? weigh(name, tier.weight) : 'out';
  return weight === 'out' ? 0 : weight;
}

/** A tier that serves, for people: which, and why not the real servers. */
export type FallbackServing = {
  readonly fallback: string;
  /** From 1. */
  readonly tier: number;
  readonly tiers: number;
  readonly reason: 'no_server' | 'no_quorum';
};

/** @param index as {@link Tier}'s. @returns undefined where no tier serves. */
export function fallbackServing(
  { id, fallbacks }: VirtualConfig,
  index: number | undefined,
  withheld: boolean,
): FallbackServing | undefined {
  const tier = index === undefined ? undefined : fallbacks[index];
  if (tier === undefined || index === undefined) return undefined;
  const reason = withheld ? 'no_quorum' : 'no_server';
  return { fallback: realName(id, tier), tier: index + 1, tiers: fallbacks.length, reason };
}

/** "fallback 192.168.6.9:80 (2 of 3) serves: no quorum" */
export const describeFallback = ({ fallback, tier, tiers, reason }: FallbackServing): string =>
  `fallback ${fallback}${tiers === 1 ? '' : ` (${tier} of ${tiers})`} serves: ${reason === 'no_quorum' ? 'no quorum' : 'no real server is up'}`;
