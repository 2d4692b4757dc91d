// The virtual services as they are in force: each server that is configured by name becomes one for each of its
// addresses, a fallback one for the name, and what a real_file lists joins what the config does. Below this, every
// server has an address.
// Where two come out at one place the first counts: what is written as an address, then names, then the file.
import type { FallbackConfig, NamedRealConfig, RealConfig, VirtualConfig } from '../model/config/service.ts';
import { formatServiceId, realName, type ServiceId, type ServiceName, serviceFamily } from '../model/ipvs.ts';
import type { Family, Ip } from '../net/ip.ts';

/** A question for the resolver. */
export type Question = { readonly name: string; readonly family: Family };

/** As a map key, and in the state file. */
export const questionKey = ({ name, family }: Question): string => `${family} ${name}`;

/** What a real_file holds for one service. */
export type Fleet = {
  readonly reals: readonly RealConfig[];
  readonly namedReals: readonly NamedRealConfig[];
};

export type Known = {
  /** In order; empty where nothing is known of that name. */
  readonly addressesOf: (question: Question) => readonly Ip[];
  /** Absent: no file, or none that was ever good. */
  readonly fleetOf: (service: ServiceName) => Fleet | undefined;
};

/** One server that is there already. */
export type Duplicate = { readonly id: ServiceId; readonly server: RealConfig; readonly first: RealConfig };

export type Effective = {
  readonly virtuals: readonly VirtualConfig[];
  readonly duplicates: readonly Duplicate[];
};

/** What must be known of names for these services. */
export const questionsOf = (
  virtuals: readonly VirtualConfig[],
  fleetOf: Known['fleetOf'],
): readonly Question[] =>
  virtuals.flatMap(({ id, namedReals = [], namedFallbacks = [] }) =>
    [...namedReals, ...namedFallbacks, ...(fleetOf(formatServiceId(id))?.namedReals ?? [])].map(
      ({ name }) => ({
        ...{ name, family: serviceFamily(id) },
      }),
    ),
  );

export function effectiveVirtuals(virtuals: readonly VirtualConfig[], known: Known): Effective {
  const duplicates: Duplicate[] = [];
  const effective = virtuals.map((virtual) => {
    const { namedReals = [], namedFallbacks = [], realFile } = virtual;
    if (namedReals.length + namedFallbacks.length === 0 && realFile === undefined) return virtual;
    const service = formatServiceId(virtual.id);
    const fleet = known.fleetOf(service) ?? { reals: [], namedReals: [] };
    const found = [
      ...expand(virtual.id, namedReals, known),
      ...fleet.reals,
      ...expand(virtual.id, fleet.namedReals, known),
    ];
    return {
      ...virtual,
      fallbacks: fallbacksOf(virtual, known),
      reals: joined(virtual, found, (server, first) => duplicates.push({ id: virtual.id, server, first })),
    };
  });
  return { virtuals: effective, duplicates };
}

function expand(
  id: ServiceId,
  named: readonly NamedRealConfig[],
  { addressesOf }: Known,
): readonly RealConfig[] {
  return named.flatMap(({ takes, ...server }) => {
    const addresses = addressesOf({ name: server.name, family: serviceFamily(id) });
    return (takes === 'one' ? addresses.slice(0, 1) : addresses).map((address) => ({ ...server, address }));
  });
}

/** All tiers in their order. A name that nothing is known of leaves its place to the next. */
function fallbacksOf(
  { id, fallbacks, namedFallbacks = [] }: VirtualConfig,
  { addressesOf }: Known,
): readonly FallbackConfig[] {
  if (namedFallbacks.length === 0) return fallbacks;
  const named = new Map(namedFallbacks.map((each) => [each.tier, each]));
  const written = [...fallbacks];
  return Array.from({ length: fallbacks.length + named.size }, (_, index) => {
    const tier = named.get(index);
    if (tier === undefined) return written.splice(0, 1);
    const { tier: _place, ...settings } = tier;
    const [address] = addressesOf({ name: tier.name, family: serviceFamily(id) });
    return address === undefined ? [] : [{ ...settings, address }];
  }).flat();
}

/** What the config itself has twice, it was warned of as it was read. */
function joined(
  { id, reals }: VirtualConfig,
  found: readonly RealConfig[],
  onDuplicate: (server: RealConfig, first: RealConfig) => void,
): readonly RealConfig[] {
  const places = new Map(reals.map((real) => [realName(id, real), real]));
  const added = found.filter((server) => {
    const first = places.get(realName(id, server));
    if (first === undefined) places.set(realName(id, server), server);
    else onDuplicate(server, first);
    return first === undefined;
  });
  return [...reals, ...added];
}
