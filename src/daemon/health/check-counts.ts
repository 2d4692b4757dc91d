// What checks came to since each server entered the configuration, and how long those of each service took. A check that
// several services share counts for each of them. Verdicts are checked-server.ts's, which counts nothing.

import type { ServiceName } from '../../model/ipvs.ts';
import type { ProbeResult } from '../../model/probe-result.ts';
import { createHistogram, type Histogram, type HistogramReading } from '../pace/histogram.ts';
import type { CheckedServer } from './checked-server.ts';

/** How many ended so. */
export type CheckResults = Readonly<Record<ProbeResult['outcome'], number>>;

export type CheckCounts = {
  readonly note: (server: CheckedServer, outcome: ProbeResult['outcome'], tookMs: number) => void;
  readonly resultsOf: (server: CheckedServer) => CheckResults;
  readonly durationsOf: (service: ServiceName) => HistogramReading | undefined;
  /** Services that are not configured any more are forgotten. */
  readonly keepOnly: (services: ReadonlySet<ServiceName>) => void;
};

const none: CheckResults = { success: 0, failure: 0, unmade: 0 };

export function createCheckCounts(): CheckCounts {
  const results = new WeakMap<CheckedServer, Record<ProbeResult['outcome'], number>>();
  const durations = new Map<ServiceName, Histogram>();
  return {
    note: (server, outcome, tookMs) => {
      const counts = results.get(server) ?? { ...none };
      counts[outcome] += 1;
      results.set(server, counts);
      const histogram = durations.get(server.service) ?? createHistogram();
      durations.set(server.service, histogram);
      histogram.note(tookMs * 1000);
    },
    resultsOf: (server) => results.get(server) ?? none,
    durationsOf: (service) => durations.get(service)?.read(),
    keepOnly: (services) => {
      for (const service of durations.keys()) if (!services.has(service)) durations.delete(service);
    },
  };
}
