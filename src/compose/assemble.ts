// What a daemon is made of on this machine: the real clock, kernel, probes and child process, put together.

import type { MetricsInput } from '../control/metrics/input.ts';
import { createCommandQueue } from '../daemon/commands/command-queue.ts';
import { createDaemon } from '../daemon/daemon.ts';
import type { Daemon } from '../daemon/daemon-ports.ts';
import { createListeners } from '../daemon/listeners.ts';
import type { JournalShell } from '../daemon/log/log.ts';
import type { Mailer } from '../daemon/notices/mailer.ts';
import type { Webhooks } from '../daemon/notices/webhooks.ts';
import { createTrackingLoop } from '../daemon/tracking/tracking-loop.ts';
import type { Journal } from '../journal/event.ts';
import type { Config, FileEnd } from '../model/config/config.ts';
import type { RunScript } from '../ports/tracked.ts';
import { systemClock as clock } from '../system/clock.ts';
import { watchFile } from '../system/files/watch-file.ts';
import { findRivals } from '../system/host/rivals.ts';
import { withholdVariables } from '../system/host/withheld-variables.ts';
import { listProcesses } from '../system/programs/process-list.ts';
import { runScript as runAnyScript } from '../system/programs/run-script.ts';
import type { ReadConfig } from './config-reader.ts';
import { createFileFollower } from './follow-file.ts';
import { openDirector } from './open-director.ts';
import { openMetrics } from './open-metrics.ts';
import { openNotices, withNotices } from './open-notices.ts';
import { openNotify } from './open-notify.ts';
import { openRoster } from './open-roster.ts';
import { openServices } from './open-services.ts';
import { openWebhooks } from './open-webhooks.ts';
import { openStateFiles } from './state-files.ts';
import { version } from './version.ts';
import { findsVrrpAddresses, openVrrpSupervisor } from './vrrp-supervisor.ts';

export type ConfigSource = {
  /** The file as it was read last is in force. */
  readonly onTaken?: (config: Config) => void;
  readonly read: ReadConfig;
  /** How the file ended that the initial config was read from. */
  readonly end?: FileEnd;
  /** That file is an earlier one, as the present one is bad. */
  readonly rejected?: boolean;
};

export type Assembled = Daemon & { readonly metrics: () => Promise<MetricsInput> };

export function assemble(initial: Config, source: ConfigSource, log: JournalShell): Assembled {
  const { journal, add: listen } = createListeners(log.journal);
  const readMetrics = openMetrics({ linesLost: log.lost, rejected: source.rejected === true, listen });
  let latest = initial;
  withholdVariables(initial.secretVariables ?? []);
  const runScript: RunScript = (request) => runAnyScript({ ...userOf(latest), ...request });
  const commands = createCommandQueue({ clock, runScript });
  const state = openStateFiles(initial.director.stateDir, journal);
  const { stateDir, report, options } = state;
  const webhooks = openWebhooks(initial, { journal, listen });
  const services = openServices({
    ...{ journal, runScript, commands, state, listen },
    maintenancedir: () => latest.maintenancedir,
    verdictChanged: (service) => daemon.verdictChanged(service),
  });
  const director = openDirector({ journal, state, listen });
  const notify = openNotify({
    ...{ journal, runScript, commands, services, listen },
    vrrp: openVrrpSupervisor({ journal, stateDir }, initial.vrrpProcess),
  });
  const tracking = createTrackingLoop({
    ...{ clock, journal, runScript, watchFile, listProcesses, onFindings: notify.parts.vrrp.track },
    ...{ verdictOf: services.health.verdictOf, quorumOf: services.quorums.statusOf },
  });
  const onChanged = () => daemon.rosterChanged();
  const roster = openRoster(initial, { journal, report, onChanged, state: options });
  const notices = openNotices({ journal, listen, health: services.health, config: roster.effective });
  const followFile = createFileFollower({ journal, commands, reload: () => daemon.reload() });
  const onReload = (config: Config) => {
    latest = config;
    withholdVariables(config.secretVariables ?? []);
    webhooks.configure(config);
    source.onTaken?.(config);
    log.configure(config.log);
    void notify.configure(config);
    tellRivals(journal);
    followFile(config);
  };
  const withNotify = { ...services, ...notify.parts, fifos: notify.fifos, director, tracking, roster };
  const drained = withNotices(notify.parts.commands, [webhooks, notices]);
  const daemon = createDaemon(
    {
      ...{ ...withNotify, commands: drained, deliveries: deliveriesOf(notices, webhooks) },
      ...{ clock, journal, onReload, version, pid: process.pid },
      ...{ findsAddresses: findsVrrpAddresses, ownedBefore: state.owned.read(), readConfig: source.read },
      ...(source.end !== undefined && { initialEnd: source.end }),
    },
    initial,
  );
  followFile(initial);
  return {
    ...daemon,
    metrics: () => readMetrics(daemon),
    start: async () => {
      await notify.configure(initial);
      await daemon.start();
      tellRivals(journal);
    },
  };
}

const deliveriesOf = (mailer: Mailer, webhooks: Webhooks) => () => [...mailer.status(), ...webhooks.status()];

const userOf = ({ scriptUser: user }: Config) => (user === undefined ? {} : { user });

/** Looked for when the start is over, and beside all else: nothing waits for it. */
function tellRivals(journal: Journal): void {
  void findRivals().then((rivals) => {
    for (const rival of rivals) journal({ event: 'daemon.rival', ...rival });
  });
}
