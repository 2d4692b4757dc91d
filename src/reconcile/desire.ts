// What the table should be: the configuration, what health found, and (only where neither decides) what the
// table holds already. Rules, as an ldirectord user expects them (ldirectord 4.12) less its flashing at start:
// - up: configured weight. Down: removed; or, quiescent, weight 0 if it is in the table or with readdquiescent.
// - not yet verified, or checktype off: absent; but one that the table holds already stays exactly as it is.
// - the fallback (weight 1, never checked) is in while no server serves, also at start before the first
//   verdict, so that the service is never empty; it goes when one serves, quiescent or not.
// - a server that the configuration does not name is removed; but while those it names are not all verified
//   and none of them serves, it serves on, so that a reload may replace every server without a gap.
// It decides no order and sends nothing: diff.ts, apply.ts.
import type { RealConfig, VirtualConfig } from '../config/config.ts';
import { formatEndpoint } from '../net/endpoint.ts';
import {
  canonicalDestination,
  canonicalEntry,
  hostPrefix,
  inTableOrder,
  sameDestination,
} from './canonical.ts';
import {
  type Destination,
  formatServiceId,
  type ServiceEntry,
  type ServiceId,
  type Table,
  type VirtualService,
} from './model.ts';
import type { Verdict, VerdictOf } from './verdict-view.ts';

/** One virtual service as it should be, and why. */
export type DesiredService = {
  readonly entry: ServiceEntry;
  /** 'fallback' exactly where the fallback was put in; 'reals' also while only servers serve that are leaving. */
  readonly servedBy: 'reals' | 'fallback' | 'nobody';
  /** Whether a server is known to serve; one that is only adopted is not known to. */
  readonly confirmed: boolean;
  /** Whether every server that is checked at all has its first verdict. */
  readonly settled: boolean;
};

/**
 * The weight of a server that is up, instead of the configured one; 'out' takes it out whatever its verdict.
 * Named as in VerdictOf.
 */
export type Weigh = (service: string, real: string, configured: number) => number | 'out';

const asConfigured: Weigh = (_service, _real, configured) => configured;

/** @param observed a table as readTable gives it. @returns a canonical table: configured services only. */
export const desire = (
  virtuals: readonly VirtualConfig[],
  verdictOf: VerdictOf,
  observed: Table,
  weigh: Weigh = asConfigured,
): Table => tableOf(desireServices(virtuals, verdictOf, observed, weigh));

export const tableOf = (services: readonly DesiredService[]): Table =>
  inTableOrder(services.map(({ entry }) => entry));

/** As {@link desire}, with the reasons, in the order of the configuration. */
export function desireServices(
  virtuals: readonly VirtualConfig[],
  verdictOf: VerdictOf,
  observed: Table,
  weigh: Weigh = asConfigured,
): readonly DesiredService[] {
  const present = new Map(observed.map((entry) => [formatServiceId(entry.service.id), entry]));
  return virtuals.map((virtual) => {
    const service = formatServiceId(virtual.id);
    const health: Health = {
      verdictOf: (real) => verdictOf(service, real),
      weigh: (real, configured) => weigh(service, real, configured),
    };
    return desireService(virtual, health, present.get(service));
  });
}

/** Of one service's servers. */
type Health = {
  readonly verdictOf: (real: string) => Verdict;
  readonly weigh: (real: string, configured: number) => number | 'out';
};

type Server = {
  /** Absent where the server is not to be in the table. */
  readonly destination?: Destination;
  readonly serves: boolean;
  readonly verified: boolean;
};

function desireService(
  virtual: VirtualConfig,
  health: Health,
  observed: ServiceEntry | undefined,
): DesiredService {
  const present = new Map(
    observed?.destinations.map((destination) => [formatEndpoint(destination), destination]),
  );
  const fallback = fallbackOf(virtual);
  const servers = virtual.reals.map((real) => judgeServer(virtual, real, health, { present, fallback }));
  const served = servers.some(({ serves }) => serves);
  const settled = servers.every(({ verified }) => verified);
  const leaving = served || settled ? [] : unnamedIn(virtual, present, fallback);
  const usesFallback = !served && leaving.length === 0 && fallback !== undefined;
  const destinations = [...leaving, ...merged(servers, usesFallback ? fallback : undefined)];
  return {
    entry: canonicalEntry({ service: serviceOf(virtual), destinations }),
    servedBy: served || leaving.length > 0 ? 'reals' : usesFallback ? 'fallback' : 'nobody',
    confirmed: servers.some(({ serves, verified }) => serves && verified),
    settled,
  };
}

type Held = {
  readonly present: ReadonlyMap<string, Destination>;
  readonly fallback: Destination | undefined;
};

function judgeServer(
  virtual: VirtualConfig,
  real: RealConfig,
  { verdictOf, weigh }: Health,
  { present, fallback }: Held,
): Server {
  const configured = canonicalDestination(virtual.id, real);
  const held = present.get(formatEndpoint(configured));
  const { kind } = virtual.checktype;
  const name = realName(virtual.id, real);
  const weight = weigh(name, configured.weight);
  if (weight === 'out') return { serves: false, verified: true };
  const verdict = withoutCheck(kind, verdictOf(name));
  // A weight of 0 in the configuration counts as serving, as in ldirectord; one that was made 0 does not.
  const serves = weight > 0 || configured.weight === 0;
  if (verdict === 'up') return { destination: { ...configured, weight }, serves, verified: true };
  if (verdict === 'down') {
    const stays = virtual.quiescent && (held !== undefined || virtual.readdquiescent);
    return stays
      ? { destination: { ...configured, weight: 0 }, serves: false, verified: true }
      : { serves: false, verified: true };
  }
  // Nobody will ever judge a server with checktype off: what the administrator put in the table is the verdict.
  const verified = kind === 'off';
  if (held === undefined) return { serves: false, verified };
  // A fallback that is also a real server: what looks like the fallback is the fallback, or the two would
  // take turns for ever.
  const isFallback = fallback !== undefined && sameDestination(held, fallback);
  const destination = serves ? held : { ...held, weight: 0 };
  return { destination, serves: destination.weight > 0 && !isFallback, verified };
}

/** checktype on needs no first verdict and off never has one; an operator's maintenance takes either down. */
function withoutCheck(kind: VirtualConfig['checktype']['kind'], verdict: Verdict): Verdict {
  if (kind === 'on' && verdict === 'unverified') return 'up';
  if (kind === 'off' && verdict === 'up') return 'unverified';
  return verdict;
}

/** What the table serves and the configuration does not name. */
function unnamedIn(
  virtual: VirtualConfig,
  present: ReadonlyMap<string, Destination>,
  fallback: Destination | undefined,
): readonly Destination[] {
  const configured = virtual.reals.map((real) => canonicalDestination(virtual.id, real));
  const named = new Set([...configured, ...(fallback ? [fallback] : [])].map(formatEndpoint));
  return [...present].flatMap(([name, held]) => (held.weight > 0 && !named.has(name) ? [held] : []));
}

/**
 * One destination an address and port. Of a server that stands there twice, the one that serves and is
 * verified wins. The fallback wins over a real server in its place, which is out whenever the fallback is in.
 */
function merged(servers: readonly Server[], fallback: Destination | undefined): readonly Destination[] {
  const rank = ({ serves, verified }: Server) => 2 * Number(serves) + Number(verified);
  const ranked = [...servers].sort((a, b) => rank(a) - rank(b));
  return [...ranked.flatMap(({ destination }) => destination ?? []), ...(fallback ? [fallback] : [])];
}

/** What health calls a real server: its configured port, the service's own where that is 0. */
export const realName = (id: ServiceId, { address, port }: RealConfig): string =>
  formatEndpoint({ address, port: port === 0 && id.kind === 'address' ? id.port : port });

function fallbackOf(virtual: VirtualConfig): Destination | undefined {
  if (virtual.fallback === undefined) return undefined;
  const { address, port, forward } = virtual.fallback;
  const destination = { address, port, forward, weight: 1, upperThreshold: 0, lowerThreshold: 0 };
  return canonicalDestination(virtual.id, destination);
}

function serviceOf(virtual: VirtualConfig): VirtualService {
  const { id, persistentSec, persistenceEngine } = virtual;
  return {
    id,
    scheduler: virtual.scheduler,
    schedFlags: virtual.schedFlags,
    ...(persistentSec === undefined ? {} : { persistenceSec: persistentSec }),
    persistencePrefix: virtual.netmaskPrefix ?? hostPrefix(id),
    ...(persistenceEngine === undefined ? {} : { persistenceEngine }),
    // The kernel schedules single packets of UDP only (ip_vs_core.c, ip_vs_schedule).
    ops: virtual.ops && (id.kind === 'fwmark' || id.protocol === 'udp'),
  };
}
