// What the daemon answers to those who ask what is, what would be done, and why: put together from its parts, whose
// answers are report/'s to shape. Changes nothing.

import type { Config } from '../model/config/config.ts';
import { ok } from '../net/result.ts';
import type { Micros } from '../ports/clock.ts';
import { withDirectorChanges } from '../reconcile/director-plan.ts';
import { withMarkChanges } from '../reconcile/marks.ts';
import type { Daemon, DaemonPorts } from './daemon-ports.ts';
import { activeHealthOf } from './report/active-health.ts';
import { type HealthAnswer, type HealthQuestion, silenceOf } from './report/health-answer.ts';
import type { MetricFacts } from './report/metric-facts.ts';
import { type MonitorSources, monitorFactsOf } from './report/monitor-facts.ts';
import { livenessOf, readinessOf } from './report/process-health.ts';
import { serviceHealthOf } from './report/service-health.ts';
import { type DaemonStatus, statusOf } from './report/status.ts';
import { whyOf } from './report/why.ts';

/** The daemon as it is at a moment. */
export type Present = {
  /** With the servers and peers of the moment. */
  readonly config: Config;
  readonly phase: DaemonStatus['phase'];
  readonly startedAt: Micros;
};

/** A table that was read so long ago at most is not read again for metrics. */
const tableAgeMaxUs = 5_000_000;

export type Questions = Pick<Daemon, 'status' | 'plan' | 'why' | 'health' | 'monitor' | 'metricFacts'>;

export function createQuestions(ports: DaemonPorts, present: () => Present): Questions {
  const { clock, health, reconcile, weights, quorums, vrrp, tracking, roster, director, marks } = ports;

  /** What status and why both go by. */
  const facts = () => ({
    health: health.status(),
    reconcile: reconcile.status(),
    quorumOf: quorums.statusOf,
    weightFactsOf: weights.factsOf,
    vrrp: vrrp.status(),
    vrrpProblems: vrrp.problems(),
  });

  const identityOf = ({ phase, startedAt }: Present) => {
    const { version, pid } = ports;
    const startedAgoMs = Math.round((clock.now() - startedAt) / 1000);
    return { version, pid, phase, uptimeSec: Math.round(startedAgoMs / 1000), startedAgoMs };
  };

  return {
    status: async () => {
      await reconcile.refresh();
      const identity = identityOf(present());
      const parts = {
        ...facts(),
        vrrpProcess: vrrp.processStatus(),
        vrrpHeardAt: vrrp.lastWord().at,
        tracked: tracking.status(),
        checks: health.activity(),
        roster: roster.status(),
        ...{ director: director.status(), marks: marks.status() },
        ...{ deliveries: ports.deliveries?.() ?? [], fifos: ports.fifos?.() ?? [] },
      };
      return statusOf(present().config, identity, parts, clock.now());
    },
    metricFacts: async () => {
      const readAt = reconcile.status().observedAt;
      if (readAt !== undefined && clock.now() - readAt > tableAgeMaxUs) await reconcile.refresh();
      return { identity: identityOf(present()), config: present().config, ...factsForMetrics(ports) };
    },
    plan: async () => {
      const table = await reconcile.plan();
      if (!table.ok) return table;
      return ok(withMarkChanges(withDirectorChanges(table.value, await director.plan()), await marks.plan()));
    },
    health: async (question) => {
      await polled(ports);
      return answerHealth(question, sourcesOf(ports, present()));
    },
    monitor: async (about) => {
      await polled(ports);
      return monitorFactsOf(sourcesOf(ports, present()), about);
    },
    why: async (about) => {
      await reconcile.refresh();
      const { explain } = weights;
      return whyOf(present().config, about, { ...facts(), explain, now: clock.now() });
    },
  };
}

/** What a VRRP process that is silent had said of its routers may be true no more, and is not told. */
function factsForMetrics(ports: DaemonPorts): Omit<MetricFacts, 'identity' | 'config'> {
  const { clock, health, reconcile, weights, quorums, vrrp, tracking } = ports;
  const now = clock.now();
  const speaks = silenceOf(vrrp.lastWord(), now) === undefined;
  return {
    ...{ now, checks: health.activity(), tracked: tracking.status(), table: reconcile.status() },
    vrrp: speaks ? vrrp.status() : [],
    vrrpProcess: speaks ? vrrp.processStatus() : undefined,
    ...{ quorumOf: quorums.statusOf, serverFactsOf: health.factsOf, weightFactsOf: weights.factsOf },
    durationsOf: health.durationsOf,
  };
}

/** Of the moment: nothing is read for it. */
function sourcesOf(ports: DaemonPorts, { config, phase }: Present): MonitorSources {
  const { clock, vrrp, reconcile, health, quorums, weights } = ports;
  return {
    ...{ now: clock.now(), config, phase, configured: config.vrrp, reconcile: reconcile.status() },
    ...{ status: vrrp.status(), problems: vrrp.problems(), lastWord: vrrp.lastWord() },
    ...{ verdictOf: health.verdictOf, checkAgeOf: health.checkAgeOf, quorumOf: quorums.statusOf },
    ...{ maintenanceOf: health.maintenanceOf, weightFactsOf: weights.factsOf },
    pause: () => polled(ports),
  };
}

/** What waits to be read comes first: what the VRRP process has said meanwhile, say. */
const polled = ({ clock }: DaemonPorts): Promise<void> => new Promise((resolve) => clock.afterPoll(resolve));

function answerHealth(question: HealthQuestion, sources: MonitorSources): HealthAnswer | undefined {
  switch (question.kind) {
    case 'live':
      return livenessOf(sources);
    case 'ready':
      return readinessOf(sources);
    case 'active':
      return activeHealthOf(question.about, sources);
    case 'service':
      return serviceHealthOf(question.about, sources);
  }
}
