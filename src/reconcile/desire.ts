// What the table should be by the configuration, what health found and, where neither decides, what the table holds:
// as an ldirectord user expects it (4.12) less its flashing at start; no order is decided:
// - up: configured weight. Down: removed; or, quiescent, weight 0 if it is in the table or with readdquiescent.
// - held for flapping: none new while another server serves; where none does, as up. Not yet verified, or checktype
//   off: absent; but one that the table holds already stays exactly as it is.
// - one tier of the fallback (weight 1; which: fallback.ts) is in while no server serves, also before the first verdict; it
//   goes, or has weight 0 (fallback_quiescent), when one does. Without its quorum the service has the fallback alone, and
//   servers that are up are as good as down; but where no tier can serve, they do (docs/reference/keepalived.md §5).
// - a server that the configuration does not name is removed; but while those it names are not all verified and
//   none of them serves, it serves on, so that a reload may replace every server without a gap.
import { checktypeOf } from '../model/checks/checks-of.ts';
import type { RealConfig, VirtualConfig } from '../model/config/service.ts';
import {
  type Destination,
  type DestinationName,
  destinationName,
  formatServiceId,
  realName,
  type ServiceEntry,
  type Table,
} from '../model/ipvs.ts';
import {
  type HealthOf,
  type QuorumOf,
  type QuorumView,
  type VerdictOf,
  type Weigh,
  withoutCheck,
} from '../model/verdict.ts';
import { asConfigured, serviceOf } from './as-configured.ts';
import { canonicalDestination, canonicalEntry, inTableOrder, sameDestination } from './canonical.ts';
import { firstTierUp, type Tier, tiersOf, waitingTiers } from './fallback.ts';

/** One virtual service as it should be, and why. */
export type DesiredService = {
  readonly entry: ServiceEntry;
  /** 'fallback' exactly where the fallback was put in; 'reals' also while only servers serve that are leaving. */
  readonly servedBy: 'reals' | 'fallback' | 'nobody';
  /** Of the fallback: which one was put in, from 0. */
  readonly tier?: number;
  /** Whether servers that are up are kept out for want of a quorum. */
  readonly withheld: boolean;
  /** Whether a server is known to serve; one that is only adopted is not known to. */
  readonly confirmed: boolean;
  /** Whether every server that is checked at all has its first verdict. */
  readonly settled: boolean;
};

/** What holds at this moment beside the verdicts. Absent: the configured weights; every quorum is held. */
export type Moment = { readonly weigh?: Weigh; readonly quorumOf?: QuorumOf };

/** @param observed a table as readTable gives it. @returns a canonical table: configured services only. */
export const desire = (
  virtuals: readonly VirtualConfig[],
  verdictOf: VerdictOf,
  observed: Table,
  moment: Moment = {},
): Table => tableOf(desireServices(virtuals, verdictOf, observed, moment));

export const tableOf = (services: readonly DesiredService[]): Table =>
  inTableOrder(services.map(({ entry }) => entry));

/** As {@link desire}, with the reasons, in the order of the configuration. */
export function desireServices(
  virtuals: readonly VirtualConfig[],
  verdictOf: VerdictOf,
  observed: Table,
  { weigh = (_service, _real, configured) => configured, quorumOf = () => 'held' }: Moment = {},
): readonly DesiredService[] {
  const present = new Map(observed.map((entry) => [formatServiceId(entry.service.id), entry]));
  return virtuals.map((virtual) => {
    const service = formatServiceId(virtual.id);
    const health: HealthOf = {
      verdictOf: (real) => verdictOf(service, real),
      weigh: (real, configured) => weigh(service, real, configured),
      quorum: virtual.quorum === undefined ? 'held' : quorumOf(service),
    };
    return desireService(virtual, health, present.get(service));
  });
}

type Server = {
  /** Absent where the server is not to be in the table. */
  readonly destination?: Destination;
  /** Where it is to take no new connections: what stays of it in the table. */
  readonly remains?: Destination;
  /** Whether it serves only where no other server does. */
  readonly spare?: true;
  readonly serves: boolean;
  readonly verified: boolean;
};

function desireService(
  virtual: VirtualConfig,
  health: HealthOf,
  observed: ServiceEntry | undefined,
): DesiredService {
  const whole = asConfigured(virtual, health);
  if (whole !== undefined) {
    return { entry: whole, servedBy: 'reals', withheld: false, confirmed: true, settled: true };
  }
  const present = new Map(
    observed?.destinations.map((destination) => [destinationName(destination), destination]),
  );
  const tiers = tiersOf(virtual);
  const servers = standBack(
    virtual.reals.map((real) => judgeServer(virtual, real, health, { present, tiers })),
  );
  const able = servers.some(({ serves }) => serves);
  const settled = servers.every(({ verified }) => verified);
  const leaving = able || settled ? [] : unnamedIn(virtual, present, tiers);
  const tier =
    leaving.length > 0 || (able && isEnough(servers, health.quorum))
      ? undefined
      : firstTierUp(virtual, health, present);
  const withheld = able && tier !== undefined;
  const ours = withheld ? servers.map(withhold) : servers;
  return {
    entry: canonicalEntry({
      service: serviceOf(virtual),
      destinations: [...waitingTiers(virtual), ...leaving, ...merged(ours, tier)],
    }),
    servedBy: tier !== undefined ? 'fallback' : able || leaving.length > 0 ? 'reals' : 'nobody',
    ...(tier !== undefined && { tier: tier.index }),
    withheld,
    confirmed: ours.some(({ serves, verified }) => serves && verified),
    settled,
  };
}

/**
 * A penalty for flapping never empties a service, nor brings in its fallback. Of a place that is listed twice only the
 * penalty counts, or what the table holds there would speak for one and against the other by turns.
 */
function standBack(servers: readonly Server[]): readonly Server[] {
  const places = servers.flatMap(({ spare, destination }) => (spare && destination ? [destination] : []));
  if (places.length === 0) return servers;
  const spares = new Set(places.map(destinationName));
  const isServed = servers.some(
    ({ serves, spare, destination }) =>
      serves && !spare && !(destination && spares.has(destinationName(destination))),
  );
  return isServed ? servers.map((server) => (server.spare ? withhold(server) : server)) : servers;
}

/** While the quorum is open, a table that serves goes on as it is, and one that does not waits for the quorum. */
const isEnough = (servers: readonly Server[], quorum: QuorumView): boolean =>
  quorum === 'held' || (quorum === 'open' && servers.some(({ serves, verified }) => serves && !verified));

const withhold = ({ remains, verified }: Server): Server => ({
  ...(remains !== undefined && { destination: remains, remains }),
  ...{ serves: false, verified },
});

type Held = {
  readonly present: ReadonlyMap<DestinationName, Destination>;
  readonly tiers: readonly Destination[];
};

function judgeServer(
  virtual: VirtualConfig,
  real: RealConfig,
  { verdictOf, weigh }: HealthOf,
  { present, tiers }: Held,
): Server {
  const configured = canonicalDestination(virtual.id, real);
  const held = present.get(destinationName(configured));
  const kind = checktypeOf(virtual, real);
  const name = realName(virtual.id, real);
  const weight = weigh(name, configured.weight);
  if (weight === 'out') return { serves: false, verified: true };
  const verdict = withoutCheck(kind, verdictOf(name));
  const stays = virtual.quiescent && (held !== undefined || virtual.readdquiescent);
  const remains: Pick<Server, 'remains'> = stays ? { remains: { ...configured, weight: 0 } } : {};
  // A weight of 0 in the configuration counts as serving, as in ldirectord; one that was made 0 does not.
  const serves = weight > 0 || configured.weight === 0;
  if (verdict === 'up') {
    return { destination: { ...configured, weight }, ...remains, serves, verified: true };
  }
  if (verdict === 'held') {
    // What it has may end in peace: it answers.
    const kept = held === undefined ? remains : { remains: { ...configured, weight: 0 } };
    return { destination: { ...configured, weight }, ...kept, spare: true, serves, verified: true };
  }
  if (verdict === 'down') return withhold({ ...remains, serves: false, verified: true });
  // Nobody will ever judge a server with checktype off: what the administrator put in the table is the verdict.
  const verified = kind === 'off';
  if (held === undefined) return { serves: false, verified };
  // A fallback that is also a real server: what looks like the fallback is the fallback, or the two would
  // take turns for ever.
  const isFallback = tiers.some((tier) => sameDestination(held, tier));
  const destination = serves ? held : { ...held, weight: 0 };
  return { destination, ...remains, serves: destination.weight > 0 && !isFallback, verified };
}

/** What the table serves and the configuration does not name. */
function unnamedIn(
  virtual: VirtualConfig,
  present: ReadonlyMap<DestinationName, Destination>,
  tiers: readonly Destination[],
): readonly Destination[] {
  const configured = virtual.reals.map((real) => canonicalDestination(virtual.id, real));
  const named = new Set([...configured, ...tiers].map(destinationName));
  return [...present].flatMap(([name, held]) => (held.weight > 0 && !named.has(name) ? [held] : []));
}

/**
 * One destination an address and port. Of a server that stands there twice, the one that serves and is
 * verified wins. The fallback wins over a real server in its place, which is out whenever the fallback is in.
 */
function merged(servers: readonly Server[], tier: Tier | undefined): readonly Destination[] {
  const rank = ({ serves, verified }: Server) => 2 * Number(serves) + Number(verified);
  const ranked = [...servers].sort((a, b) => rank(a) - rank(b));
  return [...ranked.flatMap(({ destination }) => destination ?? []), ...(tier ? [tier.destination] : [])];
}
