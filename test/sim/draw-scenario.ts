// Draws a scenario from a seed, as a swarm: first which classes of faults there are at all, then how often and
// how strong. Intervals of one run are of one scale, and the run is as long as a fixed number of adverts takes:
// slow groups live for minutes, fast ones for seconds. docs/reference/vrrp.md §5.1.
import { type Ip, ip } from '../../src/net/ip.ts';
import type { Micros } from '../../src/ports/clock.ts';
import type { RouterConfig } from '../../src/vrrp/types.ts';
import { drawFaults, drawSquatters, drawWeather } from './draw-faults.ts';
import { createRandom, type Random } from './random.ts';
import type { GroupPlan, HostPlan, RouterPlan, Scenario } from './scenario.ts';
import { longestDown } from './windows.ts';

const SECOND_US = 1_000_000;
const SCALES_MS = [10, 20, 50, 100, 200, 500, 1000, 1000, 1000, 1000, 1000, 2000, 2000, 3000];
/** Adverts delivered before the faults end, about. */
const DELIVERIES = 1000;
const LONGEST_US = 240 * SECOND_US;

export function drawScenario(seed: number): Scenario {
  const random = createRandom(seed);
  const scaleUs = random.pick(SCALES_MS) * 1000;
  const hostCount = random.pick([2, 2, 2, 3, 3, 4, 5, 6, 7]);
  const groupCount = random.pick([1, 1, 1, 2, 2, 3, 4]);
  const hosts = Array.from({ length: hostCount }, (_, index) => drawHost(random, index, scaleUs));
  const groups = drawGroups(random, { hostCount, groupCount, scaleUs });
  const timing = drawTiming(random, groups);
  const faultsEndAt = Math.round(faultTime(groups) * (0.5 + random.next()));
  const weather = drawWeather(random, { places: hostCount + 1, scaleUs });
  const faults = drawFaults(random, { hosts, groups, faultsEndAt });
  const broken = drawBroken(random, hostCount);
  const squatters = drawSquatters(random, { groups, faultsEndAt });
  return {
    seed,
    hosts,
    groups,
    ...timing,
    weather,
    faults: [...faults, ...squatters].sort((a, b) => a.at - b.at),
    faultsEndAt,
    broken,
  };
}

function drawHost(random: Random, index: number, scaleUs: Micros): HostPlan {
  const drift = random.chance(0.5) ? (random.next() - 0.5) / 500 : 0;
  return {
    name: 'ABCDEFG'[index] ?? 'H',
    clock: { offsetUs: random.between(0, 1_000_000_000), rate: 1 + drift },
    bufferSize: random.pick([4, 32, 200, 200, 200]),
    startAt: random.chance(0.5) ? 0 : random.between(0, 5 * scaleUs),
    ...(random.chance(0.2) && { silent: true }),
  };
}

/** δ, J and G: small against the shortest interval, as 2δ + J < A asks (docs/reference/vrrp.md §5.1). */
function drawTiming(random: Random, groups: readonly GroupPlan[]) {
  const shortest = Math.min(
    ...groups.flatMap(({ routers }) => routers.map(({ config }) => config.advertIntervalUs)),
  );
  return {
    delayUs: Math.min(5000, random.between(20, Math.floor(shortest / 20))),
    latenessUs: Math.min(3000, random.between(0, Math.floor(shortest / 20))),
    kernelUs: Math.min(10_000, random.between(0, Math.floor(shortest / 10))),
  };
}

function faultTime(groups: readonly GroupPlan[]): Micros {
  const perSecond = groups
    .map(({ routers }) => routers.length / ((routers[0]?.config.advertIntervalUs ?? SECOND_US) / SECOND_US))
    .reduce((sum, rate) => sum + rate, 0);
  const least = 3 * Math.max(...groups.map(longestDown));
  return Math.max(least, Math.min(LONGEST_US, (DELIVERIES / perSecond) * SECOND_US));
}

type Size = { readonly hostCount: number; readonly groupCount: number; readonly scaleUs: Micros };

function drawGroups(random: Random, { hostCount, groupCount, scaleUs }: Size): readonly GroupPlan[] {
  const groups: GroupPlan[] = [];
  for (let index = 0; index < groupCount; index++) {
    const virtualRouterId = 51 + index;
    groups.push(drawGroup(random, { index, virtualRouterId, hostCount, scaleUs }));
  }
  const [first] = groups;
  // Version 2 counts in seconds: beside a fast group it would make a long run of very many adverts.
  const isSlow = scaleUs >= SECOND_US / 2;
  if (first !== undefined && isSlow && random.chance(0.1)) {
    groups.push(strangersOf(random, first, groups.length));
  }
  return groups;
}

type GroupSize = {
  readonly index: number;
  readonly virtualRouterId: number;
  readonly hostCount: number;
  readonly scaleUs: Micros;
};

function drawGroup(random: Random, { index, virtualRouterId, hostCount, scaleUs }: GroupSize): GroupPlan {
  const version = scaleUs >= SECOND_US && random.chance(0.4) ? 2 : 3;
  const family = version === 3 && random.chance(0.3) ? 'inet6' : 'inet';
  const unicast = random.chance(0.25);
  const hosts = drawMembers(random, hostCount);
  const address = (host: number): Ip =>
    ip(family === 'inet' ? `10.9.0.${host + 1}` : `fe80::${(host + 1).toString(16)}`);
  const settings = drawSettings(random, { version, scaleUs });
  const owner = random.chance(0.1) ? random.pick(hosts) : undefined;
  const shared = {
    ...({
      name: `VI_${index}`,
      virtualRouterId,
      version,
      family,
      addresses: vips(random, family, index),
    } as const),
    ...(version === 2 && random.chance(0.3) && { authPass: 'secret' }),
  };
  const routers = hosts.map((host): RouterPlan => {
    const config: RouterConfig = {
      ...shared,
      ...settings(),
      ...(host === owner && { priority: 255 }),
      sourceAddress: address(host),
      unicastPeers: unicast ? hosts.filter((peer) => peer !== host).map(address) : [],
    };
    return { host, config };
  });
  return { name: `${virtualRouterId}`, routers };
}

function drawMembers(random: Random, hostCount: number): readonly number[] {
  const all = Array.from({ length: hostCount }, (_, host) => host);
  if (hostCount === 2 || random.chance(0.6)) return all;
  const some = all.filter(() => random.chance(0.6));
  return some.length >= 2 ? some : all;
}

function vips(random: Random, family: 'inet' | 'inet6', index: number): RouterConfig['addresses'] {
  const count = random.pick([1, 1, 1, 2, 3]);
  return Array.from({ length: count }, (_, vip) =>
    family === 'inet'
      ? { address: ip(`10.9.0.${100 + 10 * index + vip}`), length: 24 }
      : { address: ip(vip === 0 ? `fe80::${index + 1}00` : `fd09::${index + 1}0${vip}`), length: 64 },
  );
}

/** What differs from router to router; each call draws one. */
function drawSettings(random: Random, { version, scaleUs }: { version: 2 | 3; scaleUs: Micros }) {
  const ties = random.chance(0.2);
  const preempting = random.pick(['all', 'all', 'none', 'mixed']);
  const delays = random.chance(0.25);
  const mixed = version === 3 && random.chance(0.2);
  const base = version === 2 ? Math.max(SECOND_US, scaleUs) : scaleUs;
  const noLease = random.chance(0.1);
  const garpDelayUs = random.pick([0, 5 * SECOND_US]);
  const garpRefreshUs = random.pick([0, 0, 20 * SECOND_US]);
  return () => {
    const advertIntervalUs = mixed ? base * random.pick([1, 1, 2, 3]) : base;
    return {
      priority: ties ? random.pick([100, 150]) : random.between(1, 254),
      advertIntervalUs,
      preempt: preempting === 'mixed' ? random.chance(0.5) : preempting === 'all',
      preemptDelayUs: delays && random.chance(0.5) ? random.between(1, 5) * advertIntervalUs : 0,
      leaseUs: noLease ? ('off' as const) : leaseOf(advertIntervalUs),
      ...{ garpRepeat: random.pick([1, 2, 5]), garpDelayUs, garpRefreshUs },
    };
  };
}

/** As `vip_lease: auto`: the smallest whole number of seconds above three intervals and half a second. */
const leaseOf = (intervalUs: Micros): Micros =>
  (Math.floor((3 * intervalUs + 500_000) / SECOND_US) + 1) * SECOND_US;

/** The same VRID in the other version: they never hear each other, and must not disturb each other (S8). */
function strangersOf(random: Random, group: GroupPlan, index: number): GroupPlan {
  const routers = group.routers.map(({ host, config }): RouterPlan => {
    const version = config.version === 3 ? 2 : 3;
    const advertIntervalUs = version === 2 ? SECOND_US : config.advertIntervalUs;
    const { authPass: _, ...rest } = config;
    const family = 'inet';
    const strange: RouterConfig = {
      ...rest,
      ...{ name: `VI_${index}`, version, family, advertIntervalUs, priority: random.between(1, 254) },
      ...{ unicastPeers: [], leaseUs: leaseOf(advertIntervalUs), sourceAddress: ip(`10.9.0.${host + 1}`) },
      addresses: vips(random, family, index),
    };
    return { host, config: strange };
  });
  return { name: `${routers[0]?.config.virtualRouterId}v${routers[0]?.config.version}`, routers };
}

/** In some runs a part stays broken: the rest must do without it. */
function drawBroken(random: Random, hostCount: number): Scenario['broken'] {
  if (hostCount < 3 || random.chance(0.7)) return [];
  const count = random.between(1, hostCount - 2);
  return Array.from({ length: count }, (_, host) => ({
    host,
    how: random.chance(0.5) ? ('dead' as const) : ('cut_off' as const),
  }));
}
