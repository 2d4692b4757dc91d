// Which server a service's scheduler would give a new connection to, and why. Each scheduler is an order in which it
// would take the servers; the first one that is free gets the connection. Of those that go by a hash or by
// counters the order is known, of the others only who may be next.
// Source: net/netfilter/ipvs/ip_vs_*.c, named at each.

import { type ServiceId, serviceFamily } from '../model/ipvs.ts';
import { formatEndpoint } from '../net/endpoint.ts';
import type { ObservedDestination, ObservedService } from '../ports/kernel.ts';
import { MAGLEV_KEYS, maglevHash, multiplicativeHash } from './address-hash.ts';
import { availabilityOf } from './availability.ts';
import type { Flow } from './flow.ts';
import { destinationTable, maglevTable, sourceTable } from './hash-tables.ts';
import { type Order, orderByCounters } from './order-by-counters.ts';

export type Choice =
  /** The kernel can choose no other. */
  | { readonly kind: 'server'; readonly server: ObservedDestination; readonly why: string }
  | { readonly kind: 'one of'; readonly servers: readonly ObservedDestination[]; readonly why: string }
  | { readonly kind: 'nobody'; readonly why: string };

/** What the kernel was built with, and what it does not tell of the table. */
export type SchedulerFacts = {
  /** CONFIG_IP_VS_SH_TAB_BITS; 8 in most kernels. */
  readonly sourceBits: number;
  /** CONFIG_IP_VS_MH_TAB_INDEX; 12 in most kernels. */
  readonly maglevIndex: number;
  /** What to say where sh, dh and mh of this kernel compute something else. */
  readonly otherHashes?: string;
  /** The weight that a server has in the configuration, if it stands there. */
  readonly configuredWeightOf?: (service: ServiceId, server: ObservedDestination) => number | undefined;
};

export function chooseServer(held: ObservedService, flow: Flow, facts: SchedulerFacts): Choice {
  const usable = held.destinations.filter((server) => mayServe(server));
  if (usable.length === 0) return { kind: 'nobody', why: whyNobody(held.destinations) };
  const [only] = usable;
  const { scheduler } = held.service;
  const isHash = scheduler === 'sh' || scheduler === 'dh' || scheduler === 'mh';
  if (isHash && facts.otherHashes !== undefined) {
    return { kind: 'one of', servers: usable, why: `${scheduler}: ${facts.otherHashes}` };
  }
  if (!isHash && usable.length === 1 && only !== undefined && availabilityOf(only) === 'free') {
    return { kind: 'server', server: only, why: 'the only one with a weight above 0 that is not overloaded' };
  }
  const order = orderOf(held, flow, facts);
  return 'unknown' in order
    ? { kind: 'one of', servers: usable, why: order.unknown }
    : firstFree(order, held.destinations);
}

function orderOf(
  held: ObservedService,
  flow: Flow,
  facts: SchedulerFacts,
): Order | { readonly unknown: string } {
  switch (held.service.scheduler) {
    case 'sh':
      return sourceOrder(held, flow, facts);
    case 'dh':
      return destinationOrder(held, flow);
    case 'mh':
      return maglevOrder(held, flow, facts);
    case 'rr':
      return { unknown: 'rr: by turns, and whose turn it is the kernel does not tell' };
    case 'wrr':
      return {
        unknown: 'wrr: by turns as often as their weights say, and the kernel does not tell where it is',
      };
    case 'twos':
      return { unknown: 'twos: the less loaded of two that are drawn by lot' };
    default:
      return orderByCounters(held) ?? { unknown: unknownReason(held.service.scheduler) };
  }
}

const unknownReason = (scheduler: string): string =>
  scheduler === 'lblc' || scheduler === 'lblcr'
    ? `${scheduler}: whom it remembers for the destination address, which the kernel does not tell`
    : `${scheduler}: a scheduler that is not known here`;

/** The flag <name>-port or <name>-fallback. */
const hasFlag = ({ service }: ObservedService, flag: 'port' | 'fallback'): boolean =>
  service.schedFlags.includes(`${service.scheduler}-${flag}`);

/** The port that counts, or undefined where it does and was not said. */
const hashedPort = (held: ObservedService, { clientPort }: Flow): number | undefined =>
  hasFlag(held, 'port') ? clientPort : 0;

const hashedName = (held: ObservedService): string =>
  hasFlag(held, 'port') ? "the client's address and port fall" : "the client's address falls";

const portIsMissing = (scheduler: string) => ({
  unknown: `${scheduler}: goes by the client's port as well (${scheduler}-port), which was not said`,
});

/** ip_vs_sh.c */
function sourceOrder(held: ObservedService, flow: Flow, { sourceBits }: SchedulerFacts) {
  const port = hashedPort(held, flow);
  if (port === undefined) return portIsMissing('sh');
  const size = 2 ** sourceBits;
  const table = sourceTable(held.destinations, size);
  const hash = multiplicativeHash(serviceFamily(held.service.id), flow.client, port, sourceBits);
  const place = (at: number) => held.destinations[table[at % size] ?? -1];
  function* preference() {
    yield place(hash);
    if (!hasFlag(held, 'fallback')) return;
    for (let offset = 0; offset < size; offset += 1) yield place(((offset + hash) % size) + hash);
  }
  return { preference: preference(), why: `sh: ${hashedName(held)} on place ${hash} of ${size}` };
}

/** ip_vs_dh.c; its table has 256 places in every kernel. */
function destinationOrder(held: ObservedService, { virtual }: Flow) {
  if (virtual === undefined) return { unknown: 'dh: goes by the address that is called, which was not said' };
  const table = destinationTable(held.destinations, 256);
  const hash = multiplicativeHash(serviceFamily(held.service.id), virtual.address, 0, 8);
  const server = held.destinations[table[hash] ?? -1];
  return { preference: [server], why: `dh: the address that is called falls on place ${hash} of 256` };
}

/** Sizes by CONFIG_IP_VS_MH_TAB_INDEX, from 8 (ip_vs_mh.c). */
const maglevSizes = [251, 509, 1021, 2039, 4093, 8191, 16_381, 32_749, 65_521, 131_071];

/** ip_vs_mh.c */
function maglevOrder(held: ObservedService, flow: Flow, facts: SchedulerFacts) {
  const port = hashedPort(held, flow);
  if (port === undefined) return portIsMissing('mh');
  const weights = lastWeights(held, facts);
  if ('unknown' in weights) return weights;
  const { maglevIndex } = facts;
  const [family, size] = [serviceFamily(held.service.id), maglevSizes[maglevIndex - 8] ?? 4093];
  const table = maglevTable(family, held.destinations, weights.known, { size, bits: maglevIndex >> 1 });
  const client = { address: flow.client, port };
  const hash = (offset: number) => maglevHash(family, client, MAGLEV_KEYS[0], offset) % size;
  const place = (at: number) => held.destinations[table[at] ?? -1];
  const first = hash(0);
  function* preference() {
    yield place(first);
    if (!hasFlag(held, 'fallback')) return;
    for (let offset = 0; offset < size; offset += 1) yield place(hash((offset + first) % size));
  }
  const why = `mh: ${hashedName(held)} on place ${first} of ${size}${weights.provided}`;
  return { preference: preference(), why };
}

/** The kernel builds the table with the last weight above 0 of each server, and tells the present one only. */
function lastWeights(
  held: ObservedService,
  { configuredWeightOf }: SchedulerFacts,
): { readonly known: readonly number[]; readonly provided: string } | { readonly unknown: string } {
  const { service, destinations } = held;
  const known: number[] = [];
  let provided = '';
  for (const server of destinations) {
    const weight = server.weight > 0 ? server.weight : configuredWeightOf?.(service.id, server);
    const name = formatEndpoint(server);
    if (weight === undefined) {
      return {
        unknown: `mh: the table depends on the weight that ${name} had before it was 0, which the kernel does not tell`,
      };
    }
    known.push(weight);
    if (server.weight === 0)
      provided += `, provided that ${name} had its configured weight ${weight} before it was 0`;
  }
  return { known, provided };
}

/** Goes through the order as far as it may have to be gone through. */
function firstFree({ preference, why }: Order, servers: readonly ObservedDestination[]): Choice {
  const reached = new Set<ObservedDestination>();
  const passed = new Set<ObservedDestination>();
  for (const server of preference) {
    if (server === undefined) break;
    const availability = availabilityOf(server);
    if (availability === 'free') {
      if (reached.size > 0) return perhaps([...reached, server], why);
      const over = passed.size === 0 ? '' : `; passed over: ${[...passed].map(whyPassed).join(', ')}`;
      return { kind: 'server', server, why: why + over };
    }
    if (availability === 'perhaps overloaded') reached.add(server);
    else passed.add(server);
  }
  if (reached.size > 0) return perhaps([...reached], `${why}; and nobody, if overloaded`);
  const blocked = [...passed].map(whyPassed).join('; ');
  return { kind: 'nobody', why: blocked === '' ? whyNobody(servers) : `${why}; ${blocked}` };
}

const perhaps = (servers: readonly ObservedDestination[], why: string): Choice => ({
  kind: 'one of',
  servers,
  why: `${why}; whether one between its thresholds counts as overloaded the kernel does not tell`,
});

const mayServe = (server: ObservedDestination): boolean => {
  const availability = availabilityOf(server);
  return availability === 'free' || availability === 'perhaps overloaded';
};

const whyPassed = (server: ObservedDestination): string =>
  availabilityOf(server) === 'quiescent'
    ? `${formatEndpoint(server)} has weight 0`
    : `${formatEndpoint(server)} is overloaded`;

const whyNobody = (servers: readonly ObservedDestination[]): string =>
  servers.length === 0 ? 'the service has no server' : servers.map(whyPassed).join('; ');
