// What `status` shows: the present state of the whole daemon as plain data, put together from its parts.
import type { Config } from '../../model/config/config.ts';
import type { Micros } from '../../ports/clock.ts';
import { describeSyncDaemon } from '../../reconcile/sync-daemons.ts';
import type { FifoStatus } from '../commands/fifos.ts';
import type { DirectorLoopStatus } from '../director/director-loop.ts';
import type { CheckActivity } from '../health/check-starter.ts';
import type { MarkStatus } from '../marks/family-marks.ts';
import type { DeliveryStatus } from '../notices/delivery-queue.ts';
import type { ReconcileStatus } from '../reconcile/reconcile-loop.ts';
import type { FileStatus } from '../roster/fleet-file.ts';
import type { NameStatus } from '../roster/name-keeper.ts';
import type { RosterStatus } from '../roster/roster-sources.ts';
import type { TrackedStatus } from '../tracking/tracking-loop.ts';
import type { VrrpInstanceStatus, VrrpProcessStatus } from '../vrrp/messages.ts';
import { droppedServices, type ServiceParts, type ServiceStatus, serviceStatuses } from './service-status.ts';

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
  readonly startedAgoMs?: number;
};

export type DaemonStatus = DaemonIdentity & {
  readonly director: string;
  readonly config: string;
  /** Milliseconds of the clock that `sinceMs` of a router is told in. */
  readonly nowMs: number;
  /** The same of the wall clock, RFC 3339; put beside every time by control/wall-times.ts. */
  readonly now?: string;
  readonly vrrp: readonly VrrpInstanceStatus[];
  /** Why routers do not run, or not as configured; absent: nothing stands in the way. */
  readonly vrrpProblems?: readonly string[];
  /** Absent where it does not run. */
  readonly vrrpProcess?: VrrpProcessStatus;
  /** How old what is told of routers is. */
  readonly vrrpHeardAgoMs?: number;
  /** All health checks together. */
  readonly checks: CheckActivity;
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
  /** Firewall marks that we set, by family; absent where no service lists any. */
  readonly marks?: readonly MarkStatus[];
  /** Mail and webhooks: what went out, waits and was lost; absent where nobody is told by them. */
  readonly deliveries?: readonly DeliveryStatus[];
  /** Absent where the config has none. */
  readonly fifos?: readonly FifoStatus[];
};

export type StatusParts = ServiceParts & {
  readonly checks: CheckActivity;
  readonly vrrp: readonly VrrpInstanceStatus[];
  readonly vrrpProcess: VrrpProcessStatus | undefined;
  /** When it told what is known of routers. */
  readonly vrrpHeardAt: Micros | undefined;
  readonly vrrpProblems: readonly string[];
  readonly tracked: readonly TrackedStatus[];
  readonly roster: RosterStatus;
  readonly director: DirectorLoopStatus;
  readonly marks: readonly MarkStatus[];
  readonly deliveries: readonly DeliveryStatus[];
  readonly fifos: readonly FifoStatus[];
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
    ...(parts.vrrpProblems.length > 0 && { vrrpProblems: parts.vrrpProblems }),
    ...(parts.vrrpProcess !== undefined && { vrrpProcess: parts.vrrpProcess }),
    ...(parts.vrrpHeardAt !== undefined && { vrrpHeardAgoMs: Math.round((now - parts.vrrpHeardAt) / 1000) }),
    checks: parts.checks,
    tracked: parts.tracked,
    services: [
      ...serviceStatuses(config.virtuals, parts, now),
      ...droppedServices(config.virtuals, parts.reconcile, now),
    ],
    ...parts.roster,
    ...(parts.reconcile.available === undefined
      ? {}
      : { ipvs: ipvsStatus(parts.reconcile, parts.reconcile.available) }),
    ...settingsStatus(parts.director),
    ...(parts.marks.length > 0 && { marks: parts.marks }),
    ...(parts.deliveries.length > 0 && { deliveries: parts.deliveries }),
    ...(parts.fifos.length > 0 && { fifos: parts.fifos }),
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

const ipvsStatus = (reconcile: ReconcileStatus, available: boolean): IpvsStatus => ({
  available,
  ...(reconcile.reason === undefined ? {} : { reason: reconcile.reason }),
  driftRepairs: reconcile.driftRepairs,
  refused: reconcile.refused.map(({ operation, code, reason }) => `${operation}: ${code} ${reason}`),
  foreign: reconcile.foreign,
  unknown: reconcile.unknown,
});
