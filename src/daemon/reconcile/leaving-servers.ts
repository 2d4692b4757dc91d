// Who is leaving the table, from one pass to the next and over restarts; when to look again; and what is told when a
// server has gone. Who leaves, and when it may go, is reconcile/leaving.ts's.

import type { Journal } from '../../journal/event.ts';
import {
  type DestinationName,
  destinationName,
  formatServiceId,
  type RealName,
  type ServiceName,
  type Table,
} from '../../model/ipvs.ts';
import {
  parseDestinationName,
  parseServerKey,
  parseServiceName,
  type ServerKey,
  serverKey,
} from '../../model/names.ts';
import { entriesOf, isRecord } from '../../net/record.ts';
import type { Clock, Micros } from '../../ports/clock.ts';
import {
  type Drain,
  type Leaving,
  type LeavingState,
  type LeavingTerms,
  nobodyLeaves,
} from '../../reconcile/leaving.ts';
import type { Goal, Proposal } from '../../reconcile/propose.ts';

/** How often the connections of those who leave are looked at, where resync_interval is longer. */
const lookEveryMs = 1000;
/** At most this part of the time is spent on looking: a large table is looked at less often. */
const lookShareMax = 0.05;

export type LeavingServersOptions = {
  readonly clock: Clock;
  readonly journal: Journal;
  /** Who was leaving in the previous run, and where to keep it for the next. */
  readonly leavingBefore?: LeavingState;
  readonly onLeavingChanged?: (state: LeavingState) => void;
  /** Whom the operator drains. */
  readonly drainOf?: (service: ServiceName, real: RealName) => Drain | undefined;
  /** Whether there is anybody. Absent: there may be. */
  readonly isDraining?: () => boolean;
};

export type LeavingServers = {
  /** For a proposal made now. */
  readonly context: () => NonNullable<Goal['leaving']>;
  /** A pass has sent what was proposed. */
  readonly passed: (proposal: Proposal) => void;
  /** Those who are still there. */
  readonly list: () => readonly Leaving[];
  /** When a pass is to look at them; undefined where nobody waits for a time. @param passMs how long one takes */
  readonly nextAt: (passMs: number) => Micros | undefined;
  /** Dropped services that a clean stop removes. */
  readonly endingWithUs: () => readonly ServiceName[];
};

export function createLeavingServers(options: LeavingServersOptions): LeavingServers {
  const { clock, journal, drainOf, isDraining = () => true } = options;
  let state = options.leavingBefore ?? nobodyLeaves;
  let wantedBefore: Table | undefined;
  let leaving: readonly Leaving[] = [];
  /** Since when those had been leaving of whom the end has been told. */
  let told: ReadonlyMap<ServerKey<DestinationName>, Micros> = new Map();

  const tell = (ended: readonly Leaving[]) => {
    const known = told;
    told = new Map(ended.map((server) => [keyOf(server), server.since]));
    for (const server of ended) {
      if (known.get(keyOf(server)) === server.since) continue;
      const { activeConnections, inactiveConnections, persistentClients } = server.connections;
      journal({
        event: 'real.drained',
        ...{ service: server.service, real: server.real, by: server.by },
        took_s: Math.round((clock.now() - server.since) / 1000) / 1000,
        ...{ active: activeConnections, inactive: inactiveConnections, persistent: persistentClients },
      });
    }
  };

  return {
    context: () => ({
      state,
      now: clock.now(),
      ...(drainOf !== undefined && isDraining() && { drainOf }),
      wasOurs: (service, real) => wantedBefore === undefined || holds(wantedBefore, service, real),
    }),
    passed: ({ desired, leavingServer }) => {
      wantedBefore = desired;
      if (leavingServer === undefined) return;
      leaving = leavingServer.servers.filter(({ end }) => end === undefined || end === 'stays');
      tell(leavingServer.servers.filter(({ end }) => end !== undefined));
      if (JSON.stringify(leavingServer.state) === JSON.stringify(state)) return;
      state = leavingServer.state;
      options.onLeavingChanged?.(state);
    },
    list: () => leaving,
    nextAt: (passMs) => {
      const everyMs = Math.max(lookEveryMs, passMs / lookShareMax);
      const deadlines = leaving.flatMap(({ end, deadline }) => (end === undefined ? (deadline ?? []) : []));
      return deadlines.length === 0 ? undefined : Math.min(...deadlines, clock.now() + everyMs * 1000);
    },
    endingWithUs: () => entriesOf(state.terms).flatMap(([name, { cleanstop }]) => (cleanstop ? [name] : [])),
  };
}

const keyOf = ({ service, real }: Leaving) => serverKey(service, real);

const holds = (table: Table, service: ServiceName, real: DestinationName): boolean =>
  table
    .find((entry) => formatServiceId(entry.service.id) === service)
    ?.destinations.some((destination) => destinationName(destination) === real) ?? false;

/** Of what was kept; anything else counts as nobody leaving. */
export function parseLeavingState(value: unknown): LeavingState {
  const parts = isRecord(value) ? value : {};
  const [terms, since] = [parts.terms, parts.since].map(partsOf);
  return {
    terms: Object.fromEntries(
      (terms ?? []).flatMap(([text, value]) => {
        const service = parseServiceName(text);
        return service !== undefined && isTerms(value) ? [[service, value] as const] : [];
      }),
    ),
    since: Object.fromEntries(
      (since ?? []).flatMap(([text, value]) => {
        const server = parseServerKey(text, parseDestinationName);
        return server !== undefined && isMicros(value) ? [[server, value] as const] : [];
      }),
    ),
  };
}

const partsOf = (value: unknown): readonly [string, unknown][] =>
  isRecord(value) ? Object.entries(value) : [];

const isMicros = (value: unknown): value is Micros => Number.isSafeInteger(value);

const isTerms = (value: unknown): value is LeavingTerms =>
  isRecord(value) && Number.isSafeInteger(value.timeoutMs) && typeof value.cleanstop === 'boolean';
