// Samples of each real server of each service.
import type { ObservedDestination } from '../../ports/kernel.ts';
import type { Samples } from './collect.ts';
import type { Sample } from './exposition.ts';
import type { serverFamilies } from './families.ts';
import { wallSeconds } from './input.ts';
import type { SeenServer } from './servers.ts';
import type { ServicesInput } from './service-samples.ts';

export const serverSamples: Samples<typeof serverFamilies, ServicesInput> = {
  lvs_director_server_up: ofEach(({ facts }) => (facts?.verdict === 'up' ? 1 : 0)),
  lvs_director_server_weight: ofEntries(({ weight }) => weight),
  lvs_director_server_active_connections: ofEntries(({ counters }) => counters.activeConnections),
  lvs_director_server_inactive_connections: ofEntries(({ counters }) => counters.inactiveConnections),
  lvs_director_server_connections_total: ofEntries(({ counters }) => counters.connections),
  lvs_director_server_incoming_packets_total: ofEntries(({ counters }) => counters.traffic?.packetsIn),
  lvs_director_server_outgoing_packets_total: ofEntries(({ counters }) => counters.traffic?.packetsOut),
  lvs_director_server_incoming_bytes_total: ofEntries(({ counters }) => counters.traffic?.bytesIn),
  lvs_director_server_outgoing_bytes_total: ofEntries(({ counters }) => counters.traffic?.bytesOut),
  *lvs_director_check_results_total({ services }) {
    for (const { servers } of services) {
      for (const { labels, facts } of servers) {
        if (facts === undefined) {
          yield undefined;
          continue;
        }
        const { success, failure, unmade } = facts.results;
        yield { labels: `${labels},result="success"`, value: success };
        yield { labels: `${labels},result="failure"`, value: failure };
        yield { labels: `${labels},result="not_made"`, value: unmade };
      }
    }
  },
  lvs_director_server_last_check_timestamp_seconds: ofEach(({ facts }, input) =>
    facts?.checkedAt === undefined ? undefined : wallSeconds(input, facts.checkedAt),
  ),
  lvs_director_server_certificate_expiry_timestamp_seconds: ofEach(({ facts }) =>
    facts?.certificateEnds === undefined ? undefined : Date.parse(facts.certificateEnds) / 1000,
  ),
};

/** @param measure undefined where there is no sample of it. */
function ofEach(measure: (server: SeenServer, input: ServicesInput) => number | undefined) {
  return function* samples(input: ServicesInput): Generator<Sample | undefined> {
    for (const { servers } of input.services) {
      for (const server of servers) {
        const value = measure(server, input);
        yield value === undefined ? undefined : { labels: server.labels, value };
      }
    }
  };
}

/** Of servers in the table. */
function ofEntries(measure: (entry: ObservedDestination) => number | undefined) {
  return ofEach(({ entry }) => (entry === undefined ? undefined : measure(entry)));
}
