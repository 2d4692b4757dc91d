// `lvs-director run`: the daemon in the foreground, and the signals that it answers to. SIGHUP reloads; SIGTERM
// and SIGINT hand over, clean up and end it. systemd is told when it is ready and that it lives. What nobody caught is
// logged; unless it was a check's it ends this process, whereupon the VRRP process hands over and ends as well.
import { resolve } from 'node:path';
import { assemble } from '../compose/assemble.ts';
import { claimHost } from '../compose/claim-host.ts';
import { createConfigReader } from '../compose/config-reader.ts';
import { knownSocketIn } from '../compose/known-socket.ts';
import { createLastGood } from '../compose/last-good.ts';
import { openEvents } from '../compose/open-events.ts';
import { openListener } from '../compose/open-listener.ts';
import { openLog, tellJournal } from '../compose/open-log.ts';
import { readAtStart } from '../compose/read-at-start.ts';
import { formatProblem } from '../config/format-problem.ts';
import { secretsOfConfig } from '../config/secret-keys.ts';
import { eventRoutes } from '../control/events.ts';
import { metricsRoute } from '../control/metrics/route.ts';
import { controlRoutes } from '../control/routes.ts';
import type { Daemon, StopHow } from '../daemon/daemon-ports.ts';
import { judgeFault } from '../daemon/judge-fault.ts';
import { jsonLine, recordOf } from '../daemon/log/event-line.ts';
import type { JournalShell } from '../daemon/log/log.ts';
import { reportWarnings } from '../daemon/log/report-warnings.ts';
import type { Config } from '../model/config/config.ts';
import { hideLikely, hideMatches, secretPattern } from '../net/hide-secrets.ts';
import { whenKept } from '../system/files/write-whole.ts';
import { dropAmbient } from '../system/host/capabilities.ts';
import { type Fault, faultStatus, takeFaults } from '../system/host/faults.ts';
import { createNotify, type Notify } from '../system/host/notify.ts';
import { onEarlyEnd, takeSignals } from '../system/host/signals.ts';
import { inSources } from '../system/host/source-frames.ts';
import { isRestarting } from '../system/host/unit-job.ts';
import { keepInheritedDescriptors } from '../system/programs/inherited-descriptors.ts';
import { dropAhead } from '../system/programs/vrrp-child.ts';
import type { ControlFailed } from '../system/sockets/control-server.ts';
import { clocksNow, wallTime } from '../system/wall-clock.ts';
import { type Arguments, defaultConfigFile, type ExitCode, type Io, textOption } from './command-line.ts';

const extendEveryMs = 5000;
/** No stop takes longer than four minutes; one that does hangs, and systemd may end it. */
const extensionsMax = 48;

/** What another command line than ours has to say of it (ldirectord/daemon.ts). */
export type RunHow = {
  /** Makes of each config that is read what is to run. */
  readonly place?: (config: Config) => Config;
  readonly onReady?: () => void;
};

export async function runDaemon(
  { options }: Arguments,
  io: Io,
  { place, onReady = () => {} }: RunHow = {},
): Promise<ExitCode> {
  keepInheritedDescriptors();
  const ambient = dropAmbient();
  if (!ambient.ok)
    return refuse(io, `Cannot start: expected to drop the ambient capabilities, got ${ambient.error}`);
  const { file, read, hide, lastGood, kept, readKept } = openConfig(options, place);
  // Nothing has been touched yet, and a file may take its time.
  onEarlyEnd((signal) => endEarly(signal, io));
  const { config, problems, end, rejected } = await readAtStart(file, read, readKept);
  onEarlyEnd(undefined);
  if (config === undefined) {
    io.stderr(problems.map((problem) => `${formatProblem(problem)}\n`).join(''));
    return 2;
  }
  if (config.vrrp.length === 0) dropAhead();
  const claim = await claimHost(config.director);
  if (!claim.ok) return refuse(io, claim.error);
  const { log, events } = openLogAndEvents(config);
  takeFaults(endByFault(log, hide));
  reportWarnings(log.journal, problems);
  if (rejected !== undefined)
    log.journal({ event: 'daemon.config_rejected', config: file, problems: rejected, instead: kept ?? '' });
  const notify = createNotify(process.env.NOTIFY_SOCKET);
  const onTaken = (taken: Config) => {
    lastGood.keep(taken);
    void listener.follow(taken);
    // What a start said of a bad file is over.
    notify.status('');
  };
  const reading = { read, onTaken, ...(end !== undefined && { end }), rejected: rejected !== undefined };
  const daemon = assemble(config, reading, log);
  const identity = { pid: process.pid, config: resolve(file), director: config.director.name };
  const answers = controlRoutes(daemon, identity, clocksNow);
  const routes = { ...answers, 'GET /metrics': metricsRoute(daemon.metrics) };
  const onFailed = tellFailed(log, hide);
  const control = await claim.value.listen({ ...routes, ...eventRoutes({ events, wallTime }) }, onFailed);
  if (!control.ok) return refuse(io, control.error);
  const listener = openListener(routes, log.journal, onFailed);
  void listener.follow(config);
  void knownSocketIn(config.director.stateDir).write({ socket: resolve(config.director.controlSocket) });
  if (rejected === undefined) lastGood.keep(config);
  const status = rejected && `runs on with the last good configuration: ${rejected[0]}`;
  const { restarts } = await live(daemon, notify, () => {
    notify.ready(status);
    onReady();
  });
  if (!restarts) lastGood.forget();
  await Promise.all([control.value.close(), listener.close()]);
  await whenKept(lastWordsMs);
  await log.close();
  return 0;
}

const tellFailed =
  ({ journal }: JournalShell, hide: (text: string) => string): ControlFailed =>
  (about, error) => {
    const { error: name, reason } = judgeFault(error, hide);
    journal({ event: 'control.failed', about, error: name, reason });
  };

function refuse(io: Io, message: string): ExitCode {
  io.stderr(`${message}\n`);
  return 1;
}

/** The file that is to be run, and the last good one in its place. */
function openConfig(options: Arguments['options'], place: RunHow['place']) {
  const file = textOption(options, 'config') ?? defaultConfigFile;
  const director = textOption(options, 'director');
  const reader = createConfigReader(file, { director });
  let latest: Config | undefined;
  const read: typeof reader = async () => {
    const found = await reader();
    const isPlaced = place !== undefined && found.config !== undefined;
    const result = isPlaced ? { ...found, config: place(found.config) } : found;
    latest = result.config ?? latest;
    return result;
  };
  const lastGood = createLastGood(file, process.env.STATE_DIRECTORY);
  const kept = lastGood.path();
  return {
    ...{ file, read, lastGood, kept },
    readKept: kept === undefined ? undefined : createConfigReader(kept, { director, standsFor: file }),
    /** The secrets of the moment. */
    hide: (text: string) => hideLikely(hideMatches(text, secretPattern(secretsOfConfig(latest)))),
  };
}

/** What is told is kept as well, until the very end. */
function openLogAndEvents({ director, log: how }: Config) {
  const events = openEvents(director.stateDir, (event) => log.journal(event));
  const log = openLog(how, process.stdout, events.keep);
  const close = async () => {
    await log.close();
    await events.close(lastWordsMs);
  };
  return { log: { ...log, close }, events };
}

/** Nothing was begun: there is no log yet, and what is said is what its log would have. */
function endEarly(reason: string, io: Io): never {
  for (const event of [
    { event: 'daemon.stopping', reason },
    { event: 'daemon.stopped', uptime_s: 0 },
  ] as const) {
    const record = recordOf(event, wallTime());
    if (!tellJournal(1, record)) io.stdout(jsonLine(record));
  }
  process.exit(0);
}

/** From the start of the daemon to the end of its stop. A signal that came before waits for the start, as any does. */
async function live(daemon: Daemon, notify: Notify, onReady: () => void): Promise<StopHow> {
  const stopped = new Promise<StopHow>((ended) => {
    takeSignals((signal) => {
      if (signal === 'SIGHUP') {
        void daemon.reload();
        return;
      }
      notify.stopping();
      const endExtending = extendTimeout(notify);
      const asked =
        signal === 'SIGTERM' ? isRestarting(process.env.LVS_DIRECTOR_UNIT) : Promise.resolve(false);
      void asked.then(async (restarts) => {
        await daemon.stop(signal, { restarts });
        endExtending();
        ended({ restarts });
      });
    });
  });
  const endWatchdog = feedWatchdog(notify, Number(process.env.WATCHDOG_USEC));
  await daemon.start();
  onReady();
  const how = await stopped;
  endWatchdog();
  return how;
}

/** A log that hangs does not keep a process that is broken. */
const lastWordsMs = 1000;

function endByFault(
  { journal, close }: JournalShell,
  hide: (text: string) => string,
): (fault: Fault) => void {
  return ({ kind, error }) => {
    const { isOfCheck, ...facts } = judgeFault(inSources(error), hide);
    journal({ event: 'daemon.fault', process: 'main', kind, ...facts, ends: !isOfCheck });
    if (isOfCheck) return;
    setTimeout(() => process.exit(faultStatus), lastWordsMs);
    void Promise.all([close(), whenKept(lastWordsMs)]).finally(() => process.exit(faultStatus));
  };
}

/** A hand-over lasts two advert intervals and more, at most 40.95 s each: longer than TimeoutStopSec= should be. */
function extendTimeout(notify: Notify): () => void {
  let left = extensionsMax;
  const timer = setInterval(() => {
    if (left > 0) notify.extendTimeout(3 * extendEveryMs);
    left -= 1;
  }, extendEveryMs);
  return () => clearInterval(timer);
}

/** At half of what systemd allows (sd_watchdog_enabled(3)). @param limitUs NaN where nobody watches. */
function feedWatchdog(notify: Notify, limitUs: number): () => void {
  if (!(limitUs > 0)) return () => {};
  const timer = setInterval(() => notify.watchdog(), limitUs / 2000);
  return () => clearInterval(timer);
}
