// The daemon as a whole: in which order its parts start, follow a configuration, and stop, and that no two of these
// overlap. Each part's own behaviour is its own file's; so are the questions and orders that the control socket passes
// on. Everything from outside is handed in.

import type { ConfigReading } from '../config/judge-loss.ts';
import type { Config, FileEnd } from '../model/config/config.ts';
import type { Micros } from '../ports/clock.ts';
import { programsMaxMs } from './commands/command-queue.ts';
import type { Daemon, DaemonPorts, ReloadOptions, ReloadResult, StopHow } from './daemon-ports.ts';
import { createDirectorPart } from './director-part.ts';
import { createElectionPart } from './election-part.ts';
import { judgeReading } from './judge-reading.ts';
import { reportWarnings } from './log/report-warnings.ts';
import { createOrders } from './orders.ts';
import { createQueue } from './pace/pacing.ts';
import type { Change, Part } from './part.ts';
import { createQuestions, type Present } from './questions.ts';
import { createReloads } from './reloads.ts';
import { createServicesPart } from './services-part.ts';

/** The table is not touched without the servers that it has by name, unless the resolver takes longer than this. */
const rosterMaxMs = 2000;

/** What the functions below share: all that changes in the life of a daemon. */
type Life = Present & {
  config: Config;
  phase: Present['phase'];
  /** How the file ended that the configuration is from. */
  end: FileEnd | undefined;
  stopping: Promise<void> | undefined;
  readonly ports: DaemonPorts;
  /** In the order of a start. */
  readonly parts: readonly Part[];
  /** One after the other: a reload never meets a start, a stop or another reload half-way. */
  readonly inTurn: <T>(work: () => Promise<T>) => Promise<T>;
};

export function createDaemon(ports: DaemonPorts, initial: Config): Daemon {
  const isStopping = () => life.stopping !== undefined;
  const life: Life = {
    ...{ ports, config: initial, phase: 'starting', startedAt: ports.clock.now() },
    ...{ end: ports.initialEnd, stopping: undefined, inTurn: createQueue() },
    parts: [createDirectorPart(ports), createServicesPart(ports), createElectionPart(ports, isStopping)],
  };
  const reloads = createReloads(
    (options: ReloadOptions) => reload(life, options),
    (a, b) => (a.empty ?? false) === (b.empty ?? false),
  );

  return {
    start: () => life.inTurn(() => start(life)),
    reload: (options = {}) => reloads(options),
    stop: (reason, how = {}) => {
      life.stopping ??= stop(life, reason, how);
      return life.stopping;
    },
    ...createQuestions(ports, () => life),
    ...createOrders(ports, () => life.config),
    rosterChanged: () => void life.inTurn(() => followRoster(life)),
    verdictChanged: (service) => {
      ports.quorums.look(service);
      ports.reconcile.request();
      ports.tracking.verdictChanged();
    },
  };
}

/** What stands in the way of routers is told by their supervisor, in the log and in the status. */
async function start(life: Life): Promise<void> {
  if (life.stopping !== undefined) return;
  const { version, pid, journal, roster } = life.ports;
  const { director, file } = life.config;
  journal({ event: 'daemon.started', version, pid, director: director.name, config: file });
  life.config = await roster.take(life.config, rosterMaxMs);
  for (const part of life.parts) await part.start(life.config);
  if (life.stopping !== undefined) return;
  life.phase = 'ready';
  journal({ event: 'daemon.ready', instances: life.config.vrrp.length, ...sizeOf(life.config) });
}

async function reload(life: Life, { empty = false }: ReloadOptions): Promise<ReloadResult> {
  if (life.stopping !== undefined) return late;
  const begun = life.ports.clock.now();
  const reading = await life.ports.readConfig();
  return life.inTurn(() => take(life, reading, { empty, begun }));
}

type Taking = { readonly empty: boolean; readonly begun: Micros };

async function take(life: Life, reading: ConfigReading, { empty, begun }: Taking): Promise<ReloadResult> {
  if (life.stopping !== undefined) return late;
  const { journal, clock, roster, onReload } = life.ports;
  const before = life.config;
  const judged = judgeReading({ config: before, end: life.end }, reading, empty);
  if (judged.rejected !== undefined) {
    journal({ event: 'daemon.reload_rejected', config: before.file, problems: judged.rejected });
    return { reloaded: false, problems: judged.told };
  }
  const { next, fixed, told } = judged;
  reportWarnings(journal, reading.problems);
  for (const message of fixed) journal({ event: 'config.warning', at: next.file, message });
  onReload(next);
  life.end = reading.end;
  life.config = await roster.take(next, rosterMaxMs);
  const hindrances = await change(life, { cause: 'reload', before, config: life.config, empty });
  const ms = Math.round((clock.now() - begun) / 1000);
  journal({ event: 'daemon.reloaded', config: life.config.file, ...sizeOf(life.config), ms });
  return { reloaded: true, problems: [...told, ...hindrances] };
}

async function followRoster(life: Life): Promise<void> {
  const [before, config] = [life.config, life.ports.roster.effective()];
  if (life.stopping !== undefined || config === before) return;
  life.config = config;
  await change(life, { cause: 'roster', before, config, empty: false });
}

/** @returns what stands in the way of some of it. */
async function change({ parts }: Life, what: Change): Promise<readonly string[]> {
  const hindrances: string[] = [];
  for (const part of parts) hindrances.push(...(await part.change(what)));
  return hindrances;
}

async function stop(life: Life, reason: string, how: StopHow): Promise<void> {
  const { ports, parts, inTurn, startedAt } = life;
  const { journal, clock, roster, commands } = ports;
  life.phase = 'stopping';
  journal({ event: 'daemon.stopping', reason, ...(how.restarts === true && { restarts: true }) });
  for (const part of parts) part.interrupt?.();
  roster.stop();
  await inTurn(async () => {
    for (const part of parts.toReversed()) await part.stop(how);
    // Last, and of all parts at once: one that takes its time holds up nothing else, and a restart only once.
    await commands.drained(programsMaxMs);
  });
  journal({ event: 'daemon.stopped', uptime_s: Math.round((clock.now() - startedAt) / 1e6) });
}

const late: ReloadResult = {
  reloaded: false,
  problems: ['Cannot reload: expected a running daemon, got one that stops'],
};

const sizeOf = ({ virtuals }: Config) => ({
  services: virtuals.length,
  servers: virtuals.reduce((sum, { reals }) => sum + reals.length, 0),
});
