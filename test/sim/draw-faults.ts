// Draws the weather and the list of faults of a scenario: which classes there are in this run, then each fault
// with its place, time and length, short and long against the intervals of the group.
import type { Micros } from '../../src/ports/clock.ts';
import type { Random } from './random.ts';
import type { Fault, FaultKind, Garbage, GroupPlan, HostPlan, Weather } from './scenario.ts';
import { longestDown, longestInterval } from './windows.ts';

const KINDS: readonly Exclude<FaultKind, 'squatter'>[] = [
  ...(['crash', 'kill', 'powerLoss', 'stop', 'handOver', 'stall', 'freeze', 'linkDown', 'cut'] as const),
  ...(['partition', 'deleteVip', 'tracked', 'slowKernel', 'garbage', 'unsent'] as const),
];

const GARBAGE: readonly Garbage[] = [
  ...(['ttl', 'version', 'type', 'count_zero', 'interval_zero', 'checksum', 'short', 'random'] as const),
  ...(['own_address', 'source_multicast', 'other_vrid'] as const),
];

export function drawWeather(
  random: Random,
  { places, scaleUs }: { places: number; scaleUs: Micros },
): Weather {
  const calm: Weather = { loss: 0, late: 0, lateUs: 0, duplicate: 0, flip: 0 };
  if (random.chance(0.4)) return calm;
  const all: string[] = [];
  for (let from = 0; from < places; from++) {
    for (let to = 0; to < places; to++) if (from !== to) all.push(`${from}>${to}`);
  }
  const strength = random.pick([0.01, 0.05, 0.2, 0.5]);
  const some = (): number => (random.chance(0.4) ? random.next() * strength : 0);
  return {
    loss: some(),
    ...(random.chance(0.2) && { burst: { begins: 0.02 * random.next(), ends: 0.1 + 0.4 * random.next() } }),
    late: some(),
    lateUs: Math.round(scaleUs * random.pick([0.1, 1, 4])),
    duplicate: some(),
    flip: some(),
    ...(random.chance(0.3) && { paths: all.filter(() => random.chance(0.3)) }),
  };
}

type Cast = {
  readonly hosts: readonly HostPlan[];
  readonly groups: readonly GroupPlan[];
  readonly faultsEndAt: Micros;
};

export function drawFaults(random: Random, cast: Cast): readonly Fault[] {
  const often = random.pick([0.1, 0.25, 0.5]);
  const kinds = KINDS.filter(() => random.chance(often));
  if (kinds.length === 0) return [];
  const count = random.pick([1, 2, 3, 5, 8, 12]);
  const faults = Array.from({ length: count }, () => drawFault(random, random.pick(kinds), cast));
  return faults.sort((a, b) => a.at - b.at);
}

/** Of somebody who has no part in the group, and of whom nothing else in a run depends. */
export function drawSquatters(
  random: Random,
  { groups, faultsEndAt }: Omit<Cast, 'hosts'>,
): readonly Fault[] {
  if (random.chance(0.8)) return [];
  return Array.from({ length: random.between(1, 3) }, () => {
    const group = random.between(0, groups.length - 1);
    const forUs = drawLength(random, groups[group] as GroupPlan);
    return { at: random.between(0, faultsEndAt), kind: 'squatter' as const, group, forUs };
  });
}

function drawFault(
  random: Random,
  kind: Exclude<FaultKind, 'squatter'>,
  { hosts, groups, faultsEndAt }: Cast,
): Fault {
  const group = random.between(0, groups.length - 1);
  const plan = groups[group] as GroupPlan;
  const host = random.pick(plan.routers).host;
  const at = random.between(0, faultsEndAt);
  const forUs = drawLength(random, plan);
  const place = (): number => random.between(0, hosts.length);
  const first = random.pick(['timers', 'input'] as const);
  switch (kind) {
    case 'crash':
      return { at, kind, host, forUs: random.between(20_000, 200_000) };
    case 'kill':
    case 'powerLoss':
    case 'stop':
    case 'linkDown':
    case 'unsent':
      return { at, kind, host, forUs };
    case 'handOver':
      return { at, kind, host, group };
    case 'stall':
      return { at, kind, host, forUs, first };
    case 'freeze': {
      const clock = random.pick(['runs', 'stands'] as const);
      return { at, kind, host, forUs, first, clock, packets: random.pick(['kept', 'lost'] as const) };
    }
    case 'cut': {
      const from = place();
      return { at, kind, from, to: (from + random.between(1, hosts.length)) % (hosts.length + 1), forUs };
    }
    case 'partition':
      return { at, kind, side: hosts.flatMap((_, index) => (random.chance(0.5) ? [index] : [])), forUs };
    case 'deleteVip':
      return { at, kind, host, group, vip: 0 };
    case 'tracked':
      return { at, kind, host, group, offset: random.between(-200, 200), forUs };
    case 'slowKernel':
      return { at, kind, host, byUs: random.between(1000, 300_000), forUs };
    case 'garbage':
      return { at, kind, host, group, what: random.pick(GARBAGE) };
  }
}

/** Around what the group could just bear, around what it could not, and long. */
function drawLength(random: Random, plan: GroupPlan): Micros {
  const intervalUs = longestInterval(plan);
  const mean = random.pick([
    0.1 * intervalUs,
    intervalUs,
    3 * intervalUs,
    longestDown(plan),
    30 * intervalUs,
  ]);
  return 1 + random.around(mean);
}
