// Servers on their way out of the table, as status and why show them.

import {
  type DestinationName,
  destinationName,
  formatServiceId,
  type ServiceName,
} from '../../model/ipvs.ts';
import type { Micros } from '../../ports/clock.ts';
import type { Connections, Leaving } from '../../reconcile/leaving.ts';
import type { ReconcileStatus } from '../reconcile/reconcile-loop.ts';

export type LeavingStatus = Connections & {
  readonly real: DestinationName;
  readonly by: Leaving['by'];
  readonly forMs: number;
  /** When it is taken out at the latest; absent: never, only drained. */
  readonly leftMs?: number;
};

/** Of one service, those that left for that reason. Connections are those that were read last. */
export function leavingIn(
  { leaving, observed }: Pick<ReconcileStatus, 'leaving' | 'observed'>,
  service: ServiceName,
  by: Leaving['by'],
  now: Micros,
): readonly LeavingStatus[] {
  const theirs = leaving.filter((server) => server.service === service && server.by === by);
  if (theirs.length === 0) return [];
  const entry = observed.find((each) => formatServiceId(each.service.id) === service);
  return theirs.flatMap(({ real, since, deadline }) => {
    const held = entry?.destinations.find((destination) => destinationName(destination) === real);
    if (held === undefined) return [];
    const { activeConnections, inactiveConnections, persistentClients } = held.counters;
    return [
      {
        ...{ real, by, forMs: Math.round((now - since) / 1000) },
        ...(deadline !== undefined && { leftMs: Math.max(0, Math.round((deadline - now) / 1000)) }),
        ...{ activeConnections, inactiveConnections, persistentClients },
      },
    ];
  });
}
