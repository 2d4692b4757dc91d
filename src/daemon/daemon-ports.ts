// What the daemon as a whole offers to the control socket and the command line, and what it is made of.

import type { ConfigReading } from '../config/judge-loss.ts';
import type { Journal } from '../journal/event.ts';
import type { Config, FileEnd } from '../model/config/config.ts';
import type { VrrpInstanceConfig } from '../model/config/router.ts';
import type { ServiceName } from '../model/ipvs.ts';
import type { Result } from '../net/result.ts';
import type { Clock, EventLoop } from '../ports/clock.ts';
import type { KernelError } from '../ports/kernel.ts';
import type { Plan } from '../reconcile/plan.ts';
import type { Override } from '../reconcile/weigh.ts';
import type { CommandQueue } from './commands/command-queue.ts';
import type { FifoStatus } from './commands/fifos.ts';
import type { DirectorLoop } from './director/director-loop.ts';
import type { HealthLoop } from './health/health-loop.ts';
import type { MarkKeeper } from './marks/mark-keeper.ts';
import type { DeliveryStatus } from './notices/delivery-queue.ts';
import type { Operator } from './operator/operator.ts';
import type { Quorums } from './reconcile/quorums.ts';
import type { ReconcileLoop } from './reconcile/reconcile-loop.ts';
import type { Weights } from './reconcile/weights.ts';
import type { HealthAnswer, HealthQuestion } from './report/health-answer.ts';
import type { MetricFacts } from './report/metric-facts.ts';
import type { MonitorFacts } from './report/monitor-facts.ts';
import type { DaemonStatus } from './report/status.ts';
import type { WhyAnswer } from './report/why.ts';
import type { Roster } from './roster/roster.ts';
import type { TrackingLoop } from './tracking/tracking-loop.ts';
import type { VrrpSupervisor } from './vrrp/supervisor.ts';

export type DaemonPorts = {
  readonly clock: Clock & EventLoop;
  readonly journal: Journal;
  /** Told each configuration that takes effect by a reload, before the parts below are. */
  readonly onReload: (config: Config) => void;
  /** May take its time: nothing waits for it but the reload. */
  readonly readConfig: () => ConfigReading | Promise<ConfigReading>;
  /** How the file of the initial config ended. */
  readonly initialEnd?: FileEnd;
  /** Makes servers of names and files; all parts below know addresses alone. */
  readonly roster: Roster;
  /** What IPVS holds beside its table. */
  readonly director: DirectorLoop;
  /** Sets the firewall marks that services list. */
  readonly marks: MarkKeeper;
  /** Mail and webhooks, how far they are; absent: nobody is told by them. */
  readonly deliveries?: () => readonly DeliveryStatus[];
  /** FIFOs, how far they are. */
  readonly fifos?: () => readonly FifoStatus[];
  readonly health: HealthLoop;
  readonly reconcile: ReconcileLoop;
  readonly weights: Weights;
  readonly quorums: Quorums;
  readonly operator: Operator;
  /** Of all programs that the parts start because something has changed. */
  readonly commands: Pick<CommandQueue, 'drained'>;
  readonly vrrp: VrrpSupervisor;
  /** Whether addresses of theirs are on this host already (finds-addresses.ts). */
  readonly findsAddresses: (instances: readonly VrrpInstanceConfig[]) => Promise<boolean>;
  readonly tracking: TrackingLoop;
  /** Services of the previous run. */
  readonly ownedBefore: readonly ServiceName[];
  readonly version: string;
  readonly pid: number;
};

export type ReloadOptions = {
  /** Also what takes everything away (config/judge-loss.ts); no signal can ask for that. */
  readonly empty?: boolean;
};
export type ReloadResult = { readonly reloaded: boolean; readonly problems: readonly string[] };

/**
 * @property real a server, or a DNS name for those that it stands for now. @property service absent: every service
 * that has it. @property override absent: as configured.
 */
export type Order = {
  readonly real: string;
  readonly service?: string;
  readonly override?: Override;
  /** Of a drain: when it is taken out of the table at the latest, in ms from now. */
  readonly timeoutMs?: number;
};

/** @property kept whether it will hold after a restart as well. */
export type Operated = { readonly services: readonly ServiceName[]; readonly kept: Promise<Result<void>> };

/** @property restarts another run follows at once: what nobody takes over stays for it, as after a crash. */
export type StopHow = { readonly restarts?: boolean };

export type Daemon = {
  /** Resolves once the table is adopted and the virtual routers are configured. */
  readonly start: () => Promise<void>;
  /** Reads the config again. A bad one changes nothing. One that has not begun yet answers all who ask meanwhile. */
  readonly reload: (options?: ReloadOptions) => Promise<ReloadResult>;
  /** Why the servers, services and routers of that name or address are as they are. */
  readonly why: (about: string) => Promise<WhyAnswer>;
  /** What the operator says of a server. @returns the services that it holds for; none where there is no such server. */
  readonly operate: (order: Order) => Operated;
  /** @returns the names of the routers that hand over; none where none of that name is active. */
  readonly failover: (instance?: string) => readonly string[];
  /** Yes or no, by what was read last: costs little, however often it is asked. Undefined: nothing is called so. */
  readonly health: (question: HealthQuestion) => Promise<HealthAnswer | undefined>;
  /** For check plug-ins; likewise. @param about a router, a service or a server; absent: all. */
  readonly monitor: (about?: string) => Promise<MonitorFacts | undefined>;
  readonly status: () => Promise<DaemonStatus>;
  /** What metrics are made of: in a moment, however many servers there are. */
  readonly metricFacts: () => Promise<MetricFacts>;
  readonly plan: () => Promise<Result<Plan, KernelError>>;
  /** Hands over, then cleans up. Resolves when nothing is left to do; a second call waits for the first. */
  readonly stop: (reason: string, how?: StopHow) => Promise<void>;
  /** Other servers or peers stand behind the names and files of the configuration. */
  readonly rosterChanged: () => void;
  /** A server of that service, or of any, has another verdict or weight: the table may have to follow. */
  readonly verdictChanged: (service?: ServiceName) => void;
};
