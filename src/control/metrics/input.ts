// What metrics are rendered from: the facts of the daemon, what was counted of its events, and the main process itself.
import type { EventCounts } from '../../daemon/report/event-counts.ts';
import type { MetricFacts } from '../../daemon/report/metric-facts.ts';

export type ProcessFacts = {
  readonly node: string;
  readonly cpuSec: number;
  readonly residentBytes: number;
  /** NaN, here and below: this host does not tell. */
  readonly virtualBytes: number;
  readonly openFds: number;
  readonly maxFds: number;
  /** Since 1970. */
  readonly startedAtSec: number;
};

export type MetricsInput = {
  readonly facts: MetricFacts;
  readonly events: Pick<EventCounts, 'transitions' | 'dropped' | 'reload'>;
  readonly ownProcess: ProcessFacts;
  /** Ms since 1970 at the moment of `facts.now`. */
  readonly wallTime: number;
};

/** Seconds since 1970 of a moment of the monotonic clock. */
export const wallSeconds = ({ facts, wallTime }: MetricsInput, at: number): number =>
  Math.round(wallTime - (facts.now - at) / 1000) / 1000;
