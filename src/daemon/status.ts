// What `status` shows: the present state of the whole daemon as plain data, put together from its parts.
import type { Config, FallbackConfig, VirtualConfig } from '../config/config.ts';
import { formatEndpoint } from '../net/endpoint.ts';
import type { Micros } from '../ports/clock.ts';
import { realName } from '../reconcile/canonical.ts';
import { formatServiceId } from '../reconcile/model.ts';
import { describeSyncDaemon } from '../reconcile/sync-daemons.ts';
import type { Verdict } from '../reconcile/verdict-view.ts';
import type { WeightFacts } from '../reconcile/weigh.ts';
import type { DirectorLoopStatus } from './director-loop.ts';
import type { FileStatus } from './fleet-files.ts';
import type { ServerHealth } from './health-loop.ts';
import type { NameStatus } from './name-keeper.ts';
import type { QuorumStatus } from './quorums.ts';
import type { ReconcileStatus } from './reconcile-loop.ts';
import type { RosterStatus } from './roster.ts';
import type { VrrpInstanceStatus, VrrpProcessStatus } from './vrrp-messages.ts';
import type { TrackedStatus } from './vrrp-tracking.ts';

export type RealStatus = {
  readonly real: string;
  /** The DNS name that its address comes from. */
  readonly name?: string;
  readonly verdict: Verdict;
  /** Held out of service by an operator. */
  readonly maintenance: boolean;
  /** In the kernel's table now; absent where the server is not in it. */
  readonly weight?: number;
  /** What its weight goes by besides the configured one; absent where that holds. */
  readonly weighing?: WeightFacts;
  readonly activeConnections: number;
  readonly inactiveConnections: number;
  /** What the last check said. */
  readonly detail: string;
  readonly checkedAgoMs?: number;
};

export type ServiceStatus = {
  readonly service: string;
  readonly scheduler: string;
  /** In the order in which they are tried. */
  readonly fallbacks: readonly TierStatus[];
  /** Absent where none is configured. */
  readonly quorum?: QuorumStatus;
  readonly reals: readonly RealStatus[];
};

/** A tier of the fallback. */
export type TierStatus = {
  readonly address: string;
  readonly serving: boolean;
  /** Absent where it is not checked. */
  readonly verdict?: Verdict;
  /** What the last check said. */
  readonly detail?: string;
};

export type IpvsStatus = {
  readonly available: boolean;
  readonly reason?: string;
  /** Times that the table was found changed by someone else, and put right. */
  readonly driftRepairs: number;
  /** Operations that the kernel refuses at present, in its own words. */
  readonly refused: readonly string[];
  /** Services of others in the table, left alone. */
  readonly foreign: readonly string[];
  /** Entries of a kind that nobody here has a word for. */
  readonly unknown: readonly string[];
};

/** What IPVS holds beside its table. */
export type SettingsStatus = {
  /** Those that are configured; `held` is absent where the kernel has none of that name. */
  readonly settings: DirectorLoopStatus['settings'];
  /** "master --mcast-interface eth1 --syncid 51 …" */
  readonly syncDaemons: readonly string[];
  readonly refused: readonly string[];
};

export type DaemonIdentity = {
  readonly version: string;
  readonly pid: number;
  readonly phase: 'starting' | 'ready' | 'stopping';
  readonly uptimeSec: number;
};

export type DaemonStatus = DaemonIdentity & {
  readonly director: string;
  readonly config: string;
  /** Milliseconds of the clock that `sinceMs` of a router is told in. */
  readonly nowMs: number;
  readonly vrrp: readonly VrrpInstanceStatus[];
  /** Absent where it does not run. */
  readonly vrrpProcess?: VrrpProcessStatus;
  /** Scripts, files, processes and services that they track, and what was found last. */
  readonly tracked: readonly TrackedStatus[];
  readonly services: readonly ServiceStatus[];
  /** Names that the config has, and its files: what they stand for, and what is wrong. */
  readonly names: readonly NameStatus[];
  readonly files: readonly FileStatus[];
  /** Absent where the config has no virtual service. */
  readonly ipvs?: IpvsStatus;
  /** Absent where the config has none. */
  readonly ipvsSettings?: SettingsStatus;
};

export type StatusParts = {
  readonly vrrp: readonly VrrpInstanceStatus[];
  readonly vrrpProcess: VrrpProcessStatus | undefined;
  readonly tracked: readonly TrackedStatus[];
  readonly health: readonly ServerHealth[];
  readonly reconcile: ReconcileStatus;
  readonly roster: RosterStatus;
  readonly quorumOf: (service: string) => QuorumStatus | undefined;
  readonly weightFactsOf: (service: string, real: string) => WeightFacts;
  readonly director: DirectorLoopStatus;
};

export function statusOf(
  config: Config,
  identity: DaemonIdentity,
  parts: StatusParts,
  now: Micros,
): DaemonStatus {
  return {
    director: config.director.name,
    ...identity,
    config: config.file,
    nowMs: Math.round(now / 1000),
    vrrp: parts.vrrp,
    ...(parts.vrrpProcess !== undefined && { vrrpProcess: parts.vrrpProcess }),
    tracked: parts.tracked,
    services: config.virtuals.map((virtual) => serviceStatus(virtual, parts)),
    ...parts.roster,
    ...(parts.reconcile.available === undefined
      ? {}
      : { ipvs: ipvsStatus(parts.reconcile, parts.reconcile.available) }),
    ...settingsStatus(parts.director),
  };
}

function settingsStatus({ settings, syncDaemons, refused }: DirectorLoopStatus) {
  if (settings.length + syncDaemons.length + refused.length === 0) return {};
  const ipvsSettings: SettingsStatus = {
    settings,
    syncDaemons: syncDaemons.map((daemon) => `${daemon.state} ${describeSyncDaemon(daemon)}`),
    refused: refused.map(({ operation, code, reason }) => `${operation}: ${code} ${reason}`),
  };
  return { ipvsSettings };
}

function serviceStatus(virtual: VirtualConfig, parts: StatusParts): ServiceStatus {
  const { health, reconcile, quorumOf, weightFactsOf } = parts;
  const service = formatServiceId(virtual.id);
  const observed = reconcile.observed.find((entry) => formatServiceId(entry.service.id) === service);
  const inTable = new Map((observed?.destinations ?? []).map((entry) => [formatEndpoint(entry), entry]));
  const configured = new Map(virtual.reals.map((real) => [realName(virtual.id, real), real]));
  const theirs = health.filter((server) => server.service === service);
  const quorum = quorumOf(service);
  const tier = reconcile.services.get(service)?.tier;
  return {
    service,
    scheduler: virtual.scheduler,
    fallbacks: virtual.fallbacks.map((each, index) => tierStatus(virtual, each, theirs, index === tier)),
    ...(quorum !== undefined && { quorum }),
    reals: theirs
      .filter(({ real }) => configured.has(real))
      .map((server) => ({
        ...realStatus(server, configured.get(server.real)?.name, inTable),
        ...weighingOf(weightFactsOf(service, server.real)),
      })),
  };
}

function tierStatus(
  { id }: VirtualConfig,
  tier: FallbackConfig,
  health: readonly ServerHealth[],
  serving: boolean,
): TierStatus {
  const address = realName(id, tier);
  const server = tier.checked ? health.find(({ real }) => real === address) : undefined;
  return {
    address,
    serving,
    ...(server !== undefined && {
      verdict: server.verdict,
      detail: server.last?.detail ?? 'not checked yet',
    }),
  };
}

const weighingOf = (weighing: WeightFacts) => (Object.keys(weighing).length === 0 ? {} : { weighing });

type Observed = ReconcileStatus['observed'][number]['destinations'][number];

function realStatus(
  server: ServerHealth,
  name: string | undefined,
  inTable: ReadonlyMap<string, Observed>,
): RealStatus {
  const entry = inTable.get(server.real);
  return {
    real: server.real,
    ...(name !== undefined && { name }),
    verdict: server.verdict,
    maintenance: server.maintenance,
    ...(entry === undefined ? {} : { weight: entry.weight }),
    activeConnections: entry?.counters.activeConnections ?? 0,
    inactiveConnections: entry?.counters.inactiveConnections ?? 0,
    detail: server.last?.detail ?? 'not checked yet',
    ...(server.last === undefined ? {} : { checkedAgoMs: Math.round(server.last.agoMs) }),
  };
}

const ipvsStatus = (reconcile: ReconcileStatus, available: boolean): IpvsStatus => ({
  available,
  ...(reconcile.reason === undefined ? {} : { reason: reconcile.reason }),
  driftRepairs: reconcile.driftRepairs,
  refused: reconcile.refused.map(({ operation, code, reason }) => `${operation}: ${code} ${reason}`),
  foreign: reconcile.foreign,
  unknown: reconcile.unknown,
});
