// Samples of the daemon itself: its build, its config, what its log lost, and its main process.
import type { Samples } from './collect.ts';
import { labelsOf } from './exposition.ts';
import type { daemonFamilies, processFamilies } from './families.ts';
import type { MetricsInput } from './input.ts';

export const daemonSamples: Samples<typeof daemonFamilies> = {
  *lvs_director_build_info({ facts, ownProcess }) {
    yield { labels: labelsOf({ version: facts.identity.version, node: ownProcess.node }), value: 1 };
  },
  *lvs_director_ready({ facts }) {
    yield { labels: '', value: facts.identity.phase === 'ready' ? 1 : 0 };
  },
  *lvs_director_config_reload_success({ events }) {
    yield { labels: '', value: events.reload().succeeded ? 1 : 0 };
  },
  *lvs_director_config_last_success_timestamp_seconds({ events }) {
    yield { labels: '', value: (events.reload().succeededAt ?? Number.NaN) / 1000 };
  },
  *lvs_director_config_hash_info({ facts }) {
    const { fingerprint } = facts.config;
    if (fingerprint !== undefined) yield { labels: labelsOf({ hash: fingerprint }), value: 1 };
  },
  *lvs_director_events_dropped_total({ events }) {
    const dropped = events.dropped();
    // One that is always there: a counter that appears with its first loss has no rate for it.
    if (!dropped.has(standardOutput)) yield { labels: labelsOf({ sink: standardOutput }), value: 0 };
    for (const [sink, value] of dropped) yield { labels: labelsOf({ sink }), value };
  },
};

const standardOutput = 'standard output';

export const processSamples: Samples<typeof processFamilies> = {
  process_cpu_seconds_total: ({ ownProcess }) => lone(ownProcess.cpuSec),
  process_resident_memory_bytes: ({ ownProcess }) => lone(ownProcess.residentBytes),
  process_virtual_memory_bytes: ({ ownProcess }) => lone(ownProcess.virtualBytes),
  process_open_fds: ({ ownProcess }) => lone(ownProcess.openFds),
  process_max_fds: ({ ownProcess }) => lone(ownProcess.maxFds),
  process_start_time_seconds: ({ ownProcess }: MetricsInput) => lone(ownProcess.startedAtSec),
};

const lone = (value: number) => [{ labels: '', value }];
