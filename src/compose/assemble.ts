// What a daemon is made of on this machine: the real clock, kernel, probes and child process, put together.

import type { FileEnd } from '../config/judge-loss.ts';
import { createCommandQueue } from '../daemon/commands/command-queue.ts';
import { fallbackCommands } from '../daemon/commands/fallback-commands.ts';
import { createQuorumCommands } from '../daemon/commands/quorum-commands.ts';
import { createDaemon } from '../daemon/daemon.ts';
import type { Daemon } from '../daemon/daemon-ports.ts';
import { createDirectorLoop } from '../daemon/director/director-loop.ts';
import { createHealthLoop } from '../daemon/health/health-loop.ts';
import type { JournalShell } from '../daemon/log/log.ts';
import { createMarkKeeper } from '../daemon/marks/mark-keeper.ts';
import { createOperator, type Overrides, parseOverrides } from '../daemon/operator/operator.ts';
import { parseLeavingState } from '../daemon/reconcile/departures.ts';
import { createQuorums } from '../daemon/reconcile/quorums.ts';
import { createReconcileLoop } from '../daemon/reconcile/reconcile-loop.ts';
import { createWeights } from '../daemon/reconcile/weights.ts';
import { createTrackingLoop } from '../daemon/tracking/tracking-loop.ts';
import type { Journal } from '../journal/event.ts';
import { createIpvsKernel } from '../kernel/ipvs.ts';
import { createDirectorKernel } from '../kernel/ipvs-director.ts';
import { createMarkKernel } from '../kernel/marks.ts';
import type { Config } from '../model/config/config.ts';
import { err, type Result } from '../net/result.ts';
import type { RunScript } from '../ports/tracked.ts';
import { inMaintenanceDir } from '../probes/maintenance-dir.ts';
import { createProbe } from '../probes/probe-target.ts';
import { systemClock as clock } from '../system/clock.ts';
import { openFilesMax } from '../system/files/open-files.ts';
import { ownedServicesIn } from '../system/files/owned-services.ts';
import { openStateFile, type UnreadableState } from '../system/files/state-file.ts';
import { watchChange } from '../system/files/watch-change.ts';
import { watchFile } from '../system/files/watch-file.ts';
import { findRivals } from '../system/host/rivals.ts';
import { systemSysctl } from '../system/host/sysctl.ts';
import { listProcesses } from '../system/programs/process-list.ts';
import { runScript as runAnyScript } from '../system/programs/run-script.ts';
import { openIcmpSocket } from '../system/sockets/icmp-socket.ts';
import { openNetlinkSocket } from '../system/sockets/netlink-socket.ts';
import type { ReadConfig } from './config-reader.ts';
import { directorMemoryIn } from './director-memory.ts';
import { openRoster } from './open-roster.ts';
import { version } from './version.ts';
import { findsVrrpAddresses, openVrrpSupervisor } from './vrrp-supervisor.ts';

/** Sockets, logs and programs beside the checks, of which a few have more than one descriptor. */
const otherFiles = 512;
const fewestChecksAtOnce = 100;

/** An operator waits so long to hear that what was said is kept. */
const answerMsMax = 5000;

function within(limitMs: number, written: Promise<Result<void>>): Promise<Result<void>> {
  return new Promise((resolve) => {
    const late = err(`Cannot keep state yet: expected a disk that writes within ${limitMs} ms, got none`);
    const timer = setTimeout(() => resolve(late), limitMs);
    void written.then((result) => {
      clearTimeout(timer);
      resolve(result);
    });
  });
}

export type ConfigSource = {
  /** The file as it was read last is in force. */
  readonly onTaken?: () => void;
  readonly read: ReadConfig;
  /** How the file ended that the initial config was read from. */
  readonly end?: FileEnd;
};

export function assemble(initial: Config, source: ConfigSource, log: JournalShell): Daemon {
  const { journal } = log;
  let { maintenancedir, scriptUser } = initial;
  const runScript: RunScript = (request) =>
    runAnyScript({ ...(scriptUser !== undefined && { user: scriptUser }), ...request });
  const commands = createCommandQueue({ clock, runScript });
  const report = (written: Result<void>) => {
    if (!written.ok) journal({ event: 'state.failed', reason: written.error });
  };

  let endFollowing: (() => void) | undefined;
  const followFile = ({ autoreload, file }: Config) => {
    if (!autoreload) endFollowing?.();
    endFollowing = autoreload ? (endFollowing ?? watchChange(file, () => void daemon.reload())) : undefined;
  };
  const health = createHealthLoop({
    clock,
    journal,
    probe: createProbe({ openPingPort: (family) => openIcmpSocket(family, clock), runScript }),
    inMaintenance: (real) => inMaintenanceDir(maintenancedir, real),
    concurrency: Math.max(fewestChecksAtOnce, openFilesMax() - otherFiles),
    onVerdict: ({ service }) => daemon.verdictChanged(service),
  });
  const { stateDir } = initial.director;
  const ours = {
    keepsBad: true,
    onUnreadable: ({ file, reason, keptAs }: UnreadableState) =>
      journal({ event: 'state.unreadable', file, reason, ...(keptAs !== undefined && { kept_as: keptAs }) }),
  } as const;
  const owned = ownedServicesIn(stateDir, ours);
  const kept = openStateFile<Overrides>(stateDir, 'operator.json', { ...ours, parse: parseOverrides });
  const operator = createOperator({
    initial: kept.read(),
    save: (overrides) => {
      const written = kept.write(overrides);
      void written.then(report);
      return within(answerMsMax, written);
    },
    onChanged: () => daemon.verdictChanged(),
  });
  const weights = createWeights({
    clock,
    healthFactsOf: health.weightFactsOf,
    overrideOf: operator.overrideOf,
    onGrown: () => daemon.verdictChanged(),
  });
  const leaving = openStateFile(stateDir, 'leaving.json', {
    ...ours,
    parse: parseLeavingState,
  });
  const quorums = createQuorums({
    journal,
    verdictOf: health.verdictOf,
    weigh: weights.weigh,
    commands: createQuorumCommands({ journal, queue: commands }),
  });
  const reconcile = createReconcileLoop({
    kernel: createIpvsKernel(openNetlinkSocket('generic'), clock),
    clock,
    journal,
    verdictOf: health.verdictOf,
    weigh: weights.weigh,
    quorumOf: quorums.quorumOf,
    runFallbackCommand: fallbackCommands({ journal, queue: commands }),
    onOwnedChanged: (services) => void owned.write(services).then(report),
    drainOf: operator.drainOf,
    isDraining: () => !operator.isSilent(),
    leavingBefore: leaving.read(),
    onLeavingChanged: (state) => void leaving.write(state).then(report),
  });
  const director = createDirectorLoop({
    kernel: createDirectorKernel(openNetlinkSocket('generic'), clock),
    sysctl: systemSysctl,
    clock,
    journal,
    memory: directorMemoryIn(stateDir, report, ours),
  });
  const journalOfVrrp: Journal = (event) => {
    journal(event);
    director.heard(event);
  };
  const vrrp = openVrrpSupervisor(
    { journal: journalOfVrrp, commands, stateDir: initial.director.stateDir },
    initial.vrrpProcess,
  );
  const daemon = createDaemon(
    {
      clock,
      journal,
      roster: openRoster(initial, { journal, report, onChanged: () => daemon.rosterChanged(), state: ours }),
      director,
      marks: createMarkKeeper({
        kernel: createMarkKernel(() => openNetlinkSocket('netfilter'), clock),
        departing: reconcile.departing,
        clock,
        journal,
      }),
      health,
      reconcile,
      weights,
      quorums,
      operator,
      commands,
      vrrp,
      findsAddresses: findsVrrpAddresses,
      tracking: createTrackingLoop({
        ...{ clock, journal, runScript, watchFile, listProcesses },
        verdictOf: health.verdictOf,
        quorumOf: quorums.statusOf,
        onFindings: vrrp.track,
      }),
      readConfig: source.read,
      ...(source.end !== undefined && { initialEnd: source.end }),
      onReload: (config) => {
        source.onTaken?.();
        log.configure(config.log);
        tellRivals(journal);
        ({ maintenancedir, scriptUser } = config);
        followFile(config);
      },
      ownedBefore: owned.read(),
      version,
      pid: process.pid,
    },
    initial,
  );
  followFile(initial);
  return {
    ...daemon,
    start: () => {
      tellRivals(journal);
      return daemon.start();
    },
  };
}

/** Looked for beside all else: nothing waits for it. */
function tellRivals(journal: Journal): void {
  void findRivals().then((rivals) => {
    for (const rival of rivals) journal({ event: 'daemon.rival', ...rival });
  });
}
