// The schedulers that go by weights and the connections of this moment: lc, wlc, sed, nq, fo, ovf. Between equals
// the one that stands first in the kernel's list. Source: ip_vs_lc.c, ip_vs_wlc.c, ip_vs_sed.c, ip_vs_nq.c,
// ip_vs_fo.c, ip_vs_ovf.c (net/netfilter/ipvs).
import type { ObservedDestination, ObservedService } from '../ports/kernel.ts';

export type Order = {
  /** Whom the scheduler would take, and if it must not, whom then; undefined where it gives up. */
  readonly preference: Iterable<ObservedDestination | undefined>;
  readonly why: string;
};

type Server = ObservedDestination;
/** Whether `a` goes before `b`, which stands before it in the list. */
type Before = (a: Server, b: Server) => boolean;

const active = ({ counters }: Server): number => counters.activeConnections;
/** An active connection counts as much as 256 inactive ones (ip_vs_dest_conn_overhead). */
const load = (server: Server): number => 256 * active(server) + server.counters.inactiveConnections;
const expectedDelay = (server: Server): number => active(server) + 1;

/** Less for its weight. */
const lighter =
  (cost: (server: Server) => number): Before =>
  (a, b) =>
    cost(b) * a.weight > cost(a) * b.weight;

const schedulers: Readonly<Record<string, { readonly before: Before; readonly why: string }>> = {
  lc: { before: (a, b) => load(a) < load(b), why: 'lc: the fewest connections at this moment' },
  wlc: { before: lighter(load), why: 'wlc: the fewest connections for its weight at this moment' },
  sed: { before: lighter(expectedDelay), why: 'sed: the shortest expected delay at this moment' },
  nq: {
    // An idle one is taken at once: the first in the list.
    before: (a, b) => active(b) > 0 && (active(a) === 0 || lighter(expectedDelay)(a, b)),
    why: 'nq: the first idle server, or else the shortest expected delay, at this moment',
  },
  fo: { before: (a, b) => a.weight > b.weight, why: 'fo: the highest weight' },
  ovf: {
    before: (a, b) => a.weight > b.weight,
    why: 'ovf: the highest weight that is not below its active connections at this moment',
  },
};

/** @returns undefined for a scheduler of another kind. */
export function orderByCounters({ service, destinations }: ObservedService): Order | undefined {
  const scheduler = schedulers[service.scheduler];
  if (scheduler === undefined) return undefined;
  const isFull = (server: Server) => service.scheduler === 'ovf' && active(server) > server.weight;
  const eligible = destinations.filter((server) => server.weight > 0 && !isFull(server));
  return { preference: oneAfterAnother(eligible, scheduler.before), why: scheduler.why };
}

function* oneAfterAnother(servers: readonly Server[], before: Before): Iterable<Server> {
  let rest = servers;
  while (rest.length > 0) {
    const best = rest.reduce((least, server) => (before(server, least) ? server : least));
    yield best;
    rest = rest.filter((server) => server !== best);
  }
}
