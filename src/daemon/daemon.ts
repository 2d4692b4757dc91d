// The daemon as a whole: in which order its parts start, take on a new configuration, and stop. Each part's own
// behaviour is its own file's. Everything from outside is handed in.
import type { Config, Problem, VrrpInstanceConfig } from '../config/config.ts';
import { formatProblem } from '../config/format-problem.ts';
import { type ConfigReading, type FileEnd, judgeLoss } from '../config/judge-loss.ts';
import { ok, type Result } from '../net/result.ts';
import type { Clock, Micros } from '../ports/clock.ts';
import type { Journal } from '../ports/journal.ts';
import type { KernelError } from '../ports/kernel.ts';
import { withDirectorChanges } from '../reconcile/director-plan.ts';
import { withMarkChanges } from '../reconcile/marks.ts';
import type { Plan } from '../reconcile/plan.ts';
import type { Override } from '../reconcile/weigh.ts';
import type { DirectorLoop } from './director-loop.ts';
import type { HealthLoop } from './health-loop.ts';
import type { MarkKeeper } from './mark-keeper.ts';
import type { Operator } from './operator.ts';
import type { Quorums } from './quorums.ts';
import type { ReconcileLoop } from './reconcile-loop.ts';
import { createReloads } from './reloads.ts';
import type { Roster } from './roster.ts';
import { programsMaxMs } from './running-programs.ts';
import { type DaemonStatus, statusOf } from './status.ts';
import type { VrrpSupervisor } from './vrrp-supervisor.ts';
import type { TrackingLoop } from './vrrp-tracking.ts';
import type { Weights } from './weights.ts';
import { placesCalled, type WhyAnswer, whyOf } from './why.ts';

/** A director does not stand for election with an unverified table, unless its servers take longer than this. */
const firstVerdictsMaxMs = 5000;
/** Nor does it touch the table without the servers that it has by name, unless the resolver takes longer than this. */
const rosterMaxMs = 2000;

export type DaemonPorts = {
  readonly clock: Clock;
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
  readonly health: HealthLoop;
  readonly reconcile: ReconcileLoop;
  readonly weights: Weights;
  readonly quorums: Quorums;
  readonly operator: Operator;
  readonly vrrp: VrrpSupervisor;
  /** Whether addresses of theirs are on this host already (vrrp-found.ts). */
  readonly findsAddresses: (instances: readonly VrrpInstanceConfig[]) => Promise<boolean>;
  readonly tracking: TrackingLoop;
  /** Services of the previous run, by name. */
  readonly ownedBefore: readonly string[];
  readonly version: string;
  readonly pid: number;
};

export type ReloadOptions = {
  /** Also what takes everything away (config/judge-loss.ts); no signal can ask for that. */
  readonly empty?: boolean;
};
type Taking = { readonly empty: boolean; readonly begun: Micros };
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
export type Operated = { readonly services: readonly string[]; readonly kept: Promise<Result<void>> };

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
  readonly status: () => Promise<DaemonStatus>;
  readonly plan: () => Promise<Result<Plan, KernelError>>;
  /** Hands over, then cleans up. Resolves when nothing is left to do; a second call waits for the first. */
  readonly stop: (reason: string, how?: StopHow) => Promise<void>;
  /** Other servers or peers stand behind the names and files of the configuration. */
  readonly rosterChanged: () => void;
  /** A server of that service, or of any, has another verdict or weight: the table may have to follow. */
  readonly verdictChanged: (service?: string) => void;
};

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

  function timed({ override, timeoutMs }: Order): Override | undefined {
    if (override?.mode !== 'drain') return override;
    const since = clock.now();
    return { mode: 'drain', since, ...(timeoutMs !== undefined && { deadline: since + timeoutMs * 1000 }) };
  }

  function operate(order: Order): Operated {
    const { real, service } = order;
    const override = timed(order);
    const services = health
      .status()
      .filter((server) => server.real === real && (service === undefined || server.service === service))
      .map((server) => server.service);
    const kept = services.length > 0 ? operator.set(real, service, override) : Promise.resolve(ok(undefined));
    if (override === undefined) health.pardon(real, service);
    return { services, kept };
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
    operate: (order) => {
      const done = placesCalled(config, order.real).map((real) => operate({ ...order, real }));
      return {
        services: [...new Set(done.flatMap(({ services }) => services))],
        kept: Promise.all(done.map(({ kept }) => kept)).then(
          (all) => all.find(({ ok: isKept }) => !isKept) ?? ok(undefined),
        ),
      };
    },
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
  problems: ['Cannot reload: a running daemon, got one that stops'],
};

export function reportWarnings(journal: Journal, problems: readonly Problem[]): void {
  for (const { severity, at, message } of problems) {
    if (severity !== 'warning') continue;
    journal({ event: 'config.warning', at: `${at.file}:${at.line}:${at.column}`, message });
  }
}

const sizeOf = ({ virtuals }: Config) => ({
  services: virtuals.length,
  servers: virtuals.reduce((sum, { reals }) => sum + reals.length, 0),
});

/** What a reload cannot change, in words. */
function fixedAtStart(before: Config, after: Config): string[] {
  const fixed = ({ director, vrrpProcess }: Config) => ({
    'director.name': director.name,
    'director.control_socket': director.controlSocket,
    'director.state_dir': director.stateDir,
    'vrrp_process.realtime': vrrpProcess?.realtimePriority,
    'vrrp_process.lock_memory': vrrpProcess?.lockMemory,
  });
  const old: Readonly<Record<string, unknown>> = fixed(before);
  return Object.entries(fixed(after))
    .filter(([key, value]) => old[key] !== value)
    .map(([key, value]) => `Cannot change ${key} by a reload: it takes a restart, got ${value}`);
}
