// What metrics are made of: what the parts of the daemon know at the moment, as they have it. Nothing is put together here
// that grows with the number of servers: those are asked for one service after the other (control/metrics).
import type { Config } from '../../model/config/config.ts';
import type { RealName, ServiceName } from '../../model/ipvs.ts';
import type { Micros } from '../../ports/clock.ts';
import type { WeightFacts } from '../../reconcile/weigh.ts';
import type { CheckActivity } from '../health/check-starter.ts';
import type { ServerFacts } from '../health/server-facts.ts';
import type { HistogramReading } from '../pace/histogram.ts';
import type { QuorumStatus } from '../reconcile/quorums.ts';
import type { ReconcileStatus } from '../reconcile/reconcile-loop.ts';
import type { TrackedStatus } from '../tracking/tracking-loop.ts';
import type { VrrpInstanceStatus, VrrpProcessStatus } from '../vrrp/messages.ts';
import type { DaemonIdentity } from './status.ts';

export type MetricFacts = {
  readonly identity: DaemonIdentity;
  /** With the servers and peers of the moment. */
  readonly config: Config;
  readonly now: Micros;
  readonly vrrp: readonly VrrpInstanceStatus[];
  readonly vrrpProcess: VrrpProcessStatus | undefined;
  readonly checks: CheckActivity;
  readonly tracked: readonly TrackedStatus[];
  /** As it was read last. */
  readonly table: ReconcileStatus;
  readonly quorumOf: (service: ServiceName) => QuorumStatus | undefined;
  readonly serverFactsOf: (service: ServiceName, real: RealName) => ServerFacts | undefined;
  readonly weightFactsOf: (service: ServiceName, real: RealName) => WeightFacts;
  readonly durationsOf: (service: ServiceName) => HistogramReading | undefined;
};
