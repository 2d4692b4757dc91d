// The daemon as a whole: in which order its parts start, take on a new configuration, and stop. Each part's own
// behaviour is its own file's. Everything from outside is handed in.

import { formatProblem } from '../config/format-problem.ts';
import { type ConfigReading, judgeLoss } from '../config/judge-loss.ts';
import type { Config } from '../model/config/config.ts';
import { ok } from '../net/result.ts';
import type { Micros } from '../ports/clock.ts';
import { withDirectorChanges } from '../reconcile/director-plan.ts';
import { withMarkChanges } from '../reconcile/marks.ts';
import { programsMaxMs } from './commands/running-programs.ts';
import type { Daemon, DaemonPorts, ReloadOptions, ReloadResult, StopHow } from './daemon-ports.ts';
import { fixedAtStart } from './fixed-at-start.ts';
import { createOperate } from './operate.ts';
import { createReloads } from './reloads.ts';
import { type DaemonStatus, statusOf } from './report/status.ts';
import { whyOf } from './report/why.ts';
import { reportWarnings } from './report-warnings.ts';

/** A director does not stand for election with an unverified table, unless its servers take longer than this. */
const firstVerdictsMaxMs = 5000;
/** Nor does it touch the table without the servers that it has by name, unless the resolver takes longer than this. */
const rosterMaxMs = 2000;

type Taking = { readonly empty: boolean; readonly begun: Micros };

export function createDaemon(ports: DaemonPorts, initial: Config): Daemon {
  const { clock, journal, health, reconcile, weights, quorums, operator, vrrp, tracking } = ports;
  const { roster, director, marks } = ports;
  const startedAt: Micros = clock.now();
  /** With the servers and peers of the moment. */
  let config = initial;
  let phase: DaemonStatus['phase'] = 'starting';
  let endWait: (() => void) | undefined;
  let queue: Promise<unknown> = Promise.resolve();
  let stopping: Promise<void> | undefined;
  let end = ports.initialEnd;
  /** Of the previous run, until a config that names services says what is to become of them. */
  let unclaimed: readonly string[] = [];

  /** One after the other: a reload never meets a start, a stop or another reload half-way. */
  function inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = queue.then(work);
    queue = result.catch(() => undefined);
    return result;
  }

  function firstVerdicts(): Promise<void> {
    return new Promise((resolve) => {
      const cancel = clock.after(firstVerdictsMaxMs, resolve);
      endWait = () => {
        cancel();
        resolve();
      };
      void health.firstResults().then(endWait);
    });
  }

  /** Who serves already, over a table that serves, would give up both by waiting. */
  async function beforeElection(): Promise<void> {
    if (await ports.findsAddresses(config.vrrp)) return;
    await Promise.all([firstVerdicts(), tracking.firstFindings(firstVerdictsMaxMs)]);
  }

  async function start(): Promise<void> {
    const { version, pid } = ports;
    unclaimed = ports.ownedBefore;
    journal({ event: 'daemon.started', version, pid, director: config.director.name, config: config.file });
    config = await roster.take(config, rosterMaxMs);
    await director.configure(config.ipvs);
    weights.configure(config.virtuals);
    await reconcile.configure(config.virtuals, config.ipvs, claim(false));
    await marks.configure(config.virtuals, config.ipvs.resyncIntervalMs);
    health.configure(config.virtuals);
    health.seed(reconcile.serving());
    quorums.configure(config.virtuals, reconcile.serving());
    if (config.vrrp.length > 0) {
      tracking.configure(config);
      await beforeElection();
      if (stopping === undefined) await vrrp.start(config.vrrp);
    }
    if (stopping !== undefined) return;
    phase = 'ready';
    journal({ event: 'daemon.ready', instances: config.vrrp.length, ...sizeOf(config) });
  }

  /** What was there before us is not deleted at the word of a file that names nothing. */
  function claim(empty: boolean): readonly string[] | undefined {
    const claimed = unclaimed;
    if (claimed.length === 0) return undefined;
    if (config.virtuals.length > 0 || empty) {
      unclaimed = [];
      return claimed;
    }
    const message = `Cannot clean up after the previous run: expected a service in the config, got none: ${claimed.length} of its services stay in the table until there is one, or until "lvs-director reload --empty"`;
    journal({ event: 'config.warning', at: config.file, message });
    return undefined;
  }

  function reject(problems: readonly string[], told = problems): ReloadResult {
    journal({ event: 'daemon.reload_rejected', config: config.file, problems });
    return { reloaded: false, problems: told };
  }

  async function reload({ empty = false }: ReloadOptions): Promise<ReloadResult> {
    if (stopping !== undefined) return late;
    const begun = clock.now();
    const reading = await ports.readConfig();
    return inTurn(() => take(reading, { empty, begun }));
  }

  async function take(reading: ConfigReading, { empty, begun }: Taking): Promise<ReloadResult> {
    if (stopping !== undefined) return late;
    const { config: next, problems } = reading;
    const told = problems.map(formatProblem);
    if (next === undefined) {
      return reject(problems.filter(({ severity }) => severity === 'error').map(formatProblem), told);
    }
    const lost = empty ? [] : judgeLoss({ config, end }, { config: next, end: reading.end });
    if (lost.length > 0) return reject(lost.map((each) => `${next.file}: ${each}`));
    reportWarnings(journal, problems);
    for (const message of fixedAtStart(config, next)) {
      journal({ event: 'config.warning', at: next.file, message });
      told.push(`${next.file}: warning: ${message}`);
    }
    ports.onReload(next);
    end = reading.end;
    const tookPart = config.vrrp.length > 0;
    config = await roster.take(next, rosterMaxMs);
    await director.configure(config.ipvs);
    await takeOn(claim(empty));
    told.push(...(await takeOnRouters(tookPart)));
    const ms = Math.round((clock.now() - begun) / 1000);
    journal({ event: 'daemon.reloaded', config: config.file, ...sizeOf(config), ms });
    return { reloaded: true, problems: told };
  }

  const operate = createOperate({ clock, health, operator, config: () => config });
  const reloads = createReloads(reload, (a, b) => (a.empty ?? false) === (b.empty ?? false));

  async function takeOn(owned?: readonly string[]): Promise<void> {
    weights.configure(config.virtuals);
    health.configure(config.virtuals);
    quorums.configure(config.virtuals);
    await reconcile.configure(config.virtuals, config.ipvs, owned);
    await marks.configure(config.virtuals, config.ipvs.resyncIntervalMs);
    tracking.configure(config);
  }

  /** One that joins the election now does not take an address over an unverified table either. */
  async function takeOnRouters(tookPart: boolean): Promise<readonly string[]> {
    if (!tookPart && config.vrrp.length > 0) await beforeElection();
    return stopping === undefined ? vrrp.reconfigure(config.vrrp) : [];
  }

  async function followRoster(): Promise<void> {
    const next = roster.effective();
    if (stopping !== undefined || next === config) return;
    const tookPart = config.vrrp.length > 0;
    const peersStay = JSON.stringify(next.vrrp) === JSON.stringify(config.vrrp);
    config = next;
    await takeOn();
    if (!peersStay) await takeOnRouters(tookPart);
  }

  async function stop(reason: string, { restarts = false }: StopHow): Promise<void> {
    phase = 'stopping';
    journal({ event: 'daemon.stopping', reason, ...(restarts && { restarts }) });
    endWait?.();
    tracking.stop();
    roster.stop();
    await inTurn(async () => {
      await vrrp.stop({ keeps: restarts });
      health.stop();
      weights.stop();
      await reconcile.stop({ clean: !restarts });
      if (!restarts) {
        await marks.stop();
        await director.stop();
      }
      // Last, and at once: one that takes its time holds up nothing else, and a restart only once.
      await Promise.all([quorums.drained(programsMaxMs), reconcile.drained(programsMaxMs)]);
    });
    journal({ event: 'daemon.stopped', uptime_s: Math.round((clock.now() - startedAt) / 1e6) });
  }

  return {
    start: () => inTurn(start),
    reload: (options = {}) => reloads(options),
    failover: (instance) => vrrp.failover(instance),
    status: async () => {
      await reconcile.refresh();
      const { version, pid } = ports;
      const identity = { version, pid, phase, uptimeSec: Math.round((clock.now() - startedAt) / 1e6) };
      const parts = {
        vrrp: vrrp.status(),
        vrrpProcess: vrrp.processStatus(),
        vrrpProblems: vrrp.problems(),
        tracked: tracking.status(),
        health: health.status(),
        checks: health.activity(),
        reconcile: reconcile.status(),
        roster: roster.status(),
        quorumOf: quorums.statusOf,
        weightFactsOf: weights.factsOf,
        director: director.status(),
        marks: marks.status(),
      };
      return statusOf(config, identity, parts, clock.now());
    },
    plan: async () => {
      const table = await reconcile.plan();
      if (!table.ok) return table;
      return ok(withMarkChanges(withDirectorChanges(table.value, await director.plan()), await marks.plan()));
    },
    why: async (about) => {
      await reconcile.refresh();
      const parts = {
        health: health.status(),
        reconcile: reconcile.status(),
        explain: weights.explain,
        quorumOf: quorums.statusOf,
        weightFactsOf: weights.factsOf,
        vrrp: vrrp.status(),
        vrrpProblems: vrrp.problems(),
        now: clock.now(),
      };
      return whyOf(config, about, parts);
    },
    operate,
    stop: (reason, how = {}) => {
      stopping ??= stop(reason, how);
      return stopping;
    },
    rosterChanged: () => void inTurn(followRoster),
    verdictChanged: (service) => {
      quorums.look(service);
      reconcile.request();
      tracking.verdictChanged();
    },
  };
}

const late: ReloadResult = {
  reloaded: false,
  problems: ['Cannot reload: expected a running daemon, got one that stops'],
};

const sizeOf = ({ virtuals }: Config) => ({
  services: virtuals.length,
  servers: virtuals.reduce((sum, { reals }) => sum + reals.length, 0),
});
