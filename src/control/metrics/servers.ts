// The real servers as the metrics of one scrape see them: each is looked at once, a step each, so that the work of thousands
// spreads over the slices of the answer.
import type { ServerFacts } from '../../daemon/health/server-facts.ts';
import type { MetricFacts } from '../../daemon/report/metric-facts.ts';
import type { VirtualConfig } from '../../model/config/service.ts';
import {
  type DestinationName,
  destinationName,
  formatServiceId,
  nameInTable,
  realName,
  type ServiceName,
} from '../../model/ipvs.ts';
import type { ObservedDestination, ObservedService } from '../../ports/kernel.ts';
import { labelsOf, step } from './exposition.ts';

export type ServerState = 'up' | 'down' | 'held' | 'drain' | 'disabled' | 'unknown';
export const serverStates: readonly ServerState[] = ['up', 'down', 'held', 'drain', 'disabled', 'unknown'];

export type SeenServer = {
  /** Of service and server. */
  readonly labels: string;
  readonly state: ServerState;
  readonly facts: ServerFacts | undefined;
  /** In the table; absent where it is not in it. */
  readonly entry: ObservedDestination | undefined;
};

export type SeenService = {
  readonly name: ServiceName;
  readonly labels: string;
  readonly virtual: VirtualConfig;
  readonly servers: readonly SeenServer[];
  /** How many servers are in each state. */
  readonly counts: Readonly<Record<ServerState, number>>;
};

/** In steps. @returns every service in the order of the config. */
export function* seeServices(facts: MetricFacts): Generator<typeof step, readonly SeenService[]> {
  const observed = new Map<ServiceName, ObservedService>();
  for (const entry of facts.table.observed) {
    observed.set(formatServiceId(entry.service.id), entry);
    yield step;
  }
  const seen: SeenService[] = [];
  for (const virtual of facts.config.virtuals) seen.push(yield* seeService(virtual, observed, facts));
  return seen;
}

function* seeService(
  virtual: VirtualConfig,
  observed: ReadonlyMap<ServiceName, ObservedService>,
  facts: MetricFacts,
): Generator<typeof step, SeenService> {
  const name = formatServiceId(virtual.id);
  const inTable = new Map<DestinationName, ObservedDestination>();
  for (const entry of observed.get(name)?.destinations ?? []) {
    inTable.set(destinationName(entry), entry);
    yield step;
  }
  const servers: SeenServer[] = [];
  const counts = { up: 0, down: 0, held: 0, drain: 0, disabled: 0, unknown: 0 };
  for (const config of virtual.reals) {
    const real = realName(virtual.id, config);
    const server = facts.serverFactsOf(name, real);
    const state = stateOf(server, facts.weightFactsOf(name, real).override?.mode);
    const entry = inTable.get(nameInTable(virtual.id, config));
    servers.push({ labels: labelsOf({ service: name, server: real }), state, facts: server, entry });
    counts[state] += 1;
    yield step;
  }
  return { name, labels: labelsOf({ service: name }), virtual, servers, counts };
}

/** What the operator says goes before what checks find. */
function stateOf(server: ServerFacts | undefined, mode: string | undefined): ServerState {
  if (mode === 'disable' || server?.maintenance === true) return 'disabled';
  if (mode === 'drain') return 'drain';
  if (server === undefined || server.verdict === 'unverified') return 'unknown';
  return server.verdict;
}
