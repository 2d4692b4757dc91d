// The real servers as the metrics of one scrape see them: each is looked at once, with the service that it belongs to when
// that is first asked for, so that the work of thousands spreads over the slices of the answer.
import type { ServerFacts } from '../../daemon/health/server-facts.ts';
import type { MetricFacts } from '../../daemon/report/metric-facts.ts';
import type { VirtualConfig } from '../../model/config/service.ts';
import {
  destinationName,
  formatServiceId,
  nameInTable,
  realName,
  type ServiceName,
} from '../../model/ipvs.ts';
import type { ObservedDestination, ObservedService } from '../../ports/kernel.ts';
import { labelsOf } from './exposition.ts';

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
};

/** Every service in the order of the config. */
export type SeenServices = () => Iterable<SeenService>;

export function seeServices(facts: MetricFacts): SeenServices {
  const { virtuals } = facts.config;
  const seen: SeenService[] = [];
  let observed: ReadonlyMap<ServiceName, ObservedService> | undefined;
  return function* services() {
    observed ??= new Map(facts.table.observed.map((entry) => [formatServiceId(entry.service.id), entry]));
    for (const [index, virtual] of virtuals.entries()) {
      const known = seen[index] ?? seeService(virtual, observed, facts);
      seen[index] = known;
      yield known;
    }
  };
}

function seeService(
  virtual: VirtualConfig,
  observed: ReadonlyMap<ServiceName, ObservedService>,
  facts: MetricFacts,
): SeenService {
  const name = formatServiceId(virtual.id);
  const inTable = new Map(
    (observed.get(name)?.destinations ?? []).map((entry) => [destinationName(entry), entry]),
  );
  const servers = virtual.reals.map((config): SeenServer => {
    const real = realName(virtual.id, config);
    const server = facts.serverFactsOf(name, real);
    const mode = facts.weightFactsOf(name, real).override?.mode;
    return {
      labels: labelsOf({ service: name, server: real }),
      state: stateOf(server, mode),
      facts: server,
      entry: inTable.get(nameInTable(virtual.id, config)),
    };
  });
  return { name, labels: labelsOf({ service: name }), virtual, servers };
}

/** What the operator says goes before what checks find. */
function stateOf(server: ServerFacts | undefined, mode: string | undefined): ServerState {
  if (mode === 'disable' || server?.maintenance === true) return 'disabled';
  if (mode === 'drain') return 'drain';
  if (server === undefined || server.verdict === 'unverified') return 'unknown';
  return server.verdict;
}
