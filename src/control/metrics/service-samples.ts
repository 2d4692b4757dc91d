// Samples of virtual services, of their checks and of the table.
import type { Samples } from './collect.ts';
import { labelsOf } from './exposition.ts';
import type { serviceFamilies } from './families.ts';
import { histogramSamples, readingOfLateness } from './histogram-samples.ts';
import type { MetricsInput } from './input.ts';
import { type SeenService, serverStates } from './servers.ts';

export type ServicesInput = MetricsInput & { readonly services: readonly SeenService[] };

export const serviceSamples: Samples<typeof serviceFamilies, ServicesInput> = {
  *lvs_director_service_servers({ services }) {
    for (const { labels, counts } of services) {
      for (const state of serverStates) {
        yield { labels: `${labels},${labelsOf({ state })}`, value: counts[state] };
      }
    }
  },
  *lvs_director_service_fallback_active({ services, facts }) {
    for (const { name, labels, virtual } of services) {
      const serving = facts.table.services.get(name)?.tier;
      for (const index of virtual.fallbacks.keys()) {
        yield { labels: `${labels},${labelsOf({ tier: index + 1 })}`, value: serving === index ? 1 : 0 };
      }
    }
  },
  *lvs_director_service_quorum({ services, facts }) {
    for (const { name, labels } of services) {
      const quorum = facts.quorumOf(name);
      yield quorum && { labels, value: quorum.state === 'held' ? 1 : 0 };
    }
  },
  *lvs_director_check_duration_seconds({ services, facts }) {
    for (const { name, labels } of services) {
      const reading = facts.durationsOf(name);
      if (reading === undefined) yield undefined;
      else yield* histogramSamples(labels, reading);
    }
  },
  *lvs_director_check_lateness_seconds({ facts: { config, checks } }) {
    if (config.virtuals.length > 0) yield* histogramSamples('', readingOfLateness(checks.lateness));
  },
  *lvs_director_check_processes({ facts: { config, checks } }) {
    const running = (checks.processes ?? []).filter(({ pid }) => pid !== undefined);
    if (config.virtuals.length > 0) yield { labels: '', value: running.length };
  },
  *lvs_director_ipvs_available({ facts: { table } }) {
    if (table.available !== undefined) yield { labels: '', value: table.available ? 1 : 0 };
  },
  *lvs_director_ipvs_operations_total({ facts: { table } }) {
    for (const [type, value] of Object.entries(table.totals.operations)) {
      yield { labels: labelsOf({ operation: snakeCase(type) }), value };
    }
  },
  lvs_director_ipvs_drift_repairs_total: ({ facts: { table } }) => [
    { labels: '', value: table.driftRepairs },
  ],
  lvs_director_ipvs_refused_total: ({ facts: { table } }) => [{ labels: '', value: table.totals.refused }],
  *lvs_director_ipvs_resync_duration_seconds({ facts: { table } }) {
    if (table.totals.passes.count > 0) yield* histogramSamples('', table.totals.passes);
  },
};

const snakeCase = (name: string): string => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
