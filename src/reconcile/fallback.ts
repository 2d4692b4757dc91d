// Which tier of the fallback is the one to serve: the first that is up. One that is not checked counts as up; one
// without a verdict does not, unless the table serves it already; one that is also a real server is as good as that
// server, whether it is checked as a tier or not. Whether any of them serves is desire.ts's.

import type { FallbackServing } from '../journal/describe-fallback.ts';
import { checktypeOf } from '../model/checks/checks-of.ts';
import type { FallbackConfig, RealConfig, VirtualConfig } from '../model/config/service.ts';
import {
  type Destination,
  type DestinationName,
  destinationName,
  nameInTable,
  realName,
} from '../model/ipvs.ts';
import { type HealthOf, withoutCheck } from '../model/verdict.ts';
import { canonicalDestination, sameDestination } from './canonical.ts';

/** A tier in its place: the first is 0. */
export type Tier = { readonly index: number; readonly destination: Destination };

type Place = Tier & {
  readonly config: FallbackConfig;
  /** The real server that has the same place: what is known of it holds for the tier as well. */
  readonly real?: RealConfig;
};

function placesOf({ id, reals, fallbacks }: VirtualConfig): readonly Place[] {
  if (fallbacks.length === 0) return [];
  const byPlace = new Map(reals.map((real) => [nameInTable(id, real), real]));
  return fallbacks.map((config, index) => {
    const destination = canonicalDestination(id, config);
    const real = byPlace.get(destinationName(destination));
    return { index, config, destination, ...(real !== undefined && { real }) };
  });
}

/**
 * Those that the table tells from a real server, in order: one that is checked and also a real server is not in
 * before its first verdict but as that server.
 */
const ownPlacesOf = (virtual: VirtualConfig): readonly Place[] =>
  placesOf(virtual).filter(({ config, real }) => !config.checked || real === undefined);

/** What each would be in the table. */
export const tiersOf = (virtual: VirtualConfig): readonly Destination[] =>
  ownPlacesOf(virtual).map(({ destination }) => destination);

/**
 * With fallback_quiescent every tier, should it not serve: what comes behind in a list of destinations holds. In the place
 * of a real server it waits as that one does, or the two would take turns.
 */
export const waitingTiers = (virtual: VirtualConfig): readonly Destination[] =>
  virtual.fallbackQuiescent
    ? ownPlacesOf(virtual).map(({ real, destination }) => ({
        ...(real === undefined ? destination : canonicalDestination(virtual.id, real)),
        weight: 0,
      }))
    : [];

/** @param present the table's servers of the service. */
export function firstTierUp(
  virtual: VirtualConfig,
  health: HealthOf,
  present: ReadonlyMap<DestinationName, Destination>,
): Tier | undefined {
  for (const place of placesOf(virtual)) {
    const { index, destination } = place;
    const held = present.get(destinationName(destination));
    const serves =
      held !== undefined && held.weight > 0 && sameDestination({ ...held, weight: 1 }, destination);
    const weight = weightOf(virtual, place, health, serves);
    if (weight > 0) return { index, destination: { ...destination, weight } };
  }
  return undefined;
}

/** 0 where it cannot serve now. @param serves whether the table has it. */
function weightOf(
  virtual: VirtualConfig,
  { config, real }: Place,
  { verdictOf, weigh }: HealthOf,
  serves: boolean,
): number {
  // Nobody looks at it, neither as a tier nor as a server.
  if (!config.checked && real === undefined) return config.weight;
  // Behind gate another port is the same place: one place has one verdict, or the two names would take turns.
  const name = realName(virtual.id, real ?? config);
  const said = verdictOf(name);
  const verdict = real === undefined ? said : withoutCheck(checktypeOf(virtual, real), said);
  const isUp = verdict === 'up' || (verdict === 'unverified' && (serves || !config.checked));
  const weight = isUp ? weigh(name, config.weight) : 'out';
  return weight === 'out' ? 0 : weight;
}

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
