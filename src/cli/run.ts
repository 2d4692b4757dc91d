// `lvs-director run`: the daemon in the foreground, and the signals that it answers to. SIGHUP reloads; SIGTERM
// and SIGINT hand over, clean up and end it. systemd is told when it is ready and that it lives.
import { createEntryMemory } from '../config/entry-memory.ts';
import { formatProblem } from '../config/format-problem.ts';
import { controlRoutes } from '../daemon/control-routes.ts';
import { type Daemon, reportWarnings } from '../daemon/daemon.ts';
import { createJournal } from '../daemon/journal.ts';
import { systemClock } from '../system/clock.ts';
import { listenControlSocket } from '../system/control-socket.ts';
import { keepInheritedDescriptors } from '../system/inherited-descriptors.ts';
import { levelPrefix } from '../system/level-prefix.ts';
import { openLogFile } from '../system/log-file.ts';
import { openLogOutput } from '../system/log-output.ts';
import { createNotify, type Notify } from '../system/notify.ts';
import { assemble } from './assemble.ts';
import {
  configOptions,
  defaultConfigFile,
  type ExitCode,
  type Io,
  parseArguments,
  textOption,
} from './command-line.ts';
import { readConfig } from './read-config.ts';

const extendEveryMs = 5000;
/** No stop takes longer than four minutes; one that does hangs, and systemd may end it. */
const extensionsMax = 48;

export async function runDaemon(argv: readonly string[], io: Io): Promise<ExitCode> {
  const given = parseArguments(argv, configOptions, io);
  if (given === undefined) return 2;
  keepInheritedDescriptors();
  const file = textOption(given.options, 'config') ?? defaultConfigFile;
  const memory = createEntryMemory();
  const read = () => readConfig(file, textOption(given.options, 'director'), memory);
  const { config, problems } = read();
  if (config === undefined) {
    io.stderr(problems.map((problem) => `${formatProblem(problem)}\n`).join(''));
    return 2;
  }
  const log = createJournal(config.log, systemClock, {
    openOutput: (troubles) =>
      openLogOutput(process.stdout, troubles, levelPrefix(1, process.env.JOURNAL_STREAM)),
    openFile: openLogFile,
  });
  reportWarnings(log.journal, problems);
  const daemon = assemble(config, read, log);
  const control = await listenControlSocket(config.director.controlSocket, controlRoutes(daemon));
  if (!control.ok) {
    io.stderr(`${control.error}\n`);
    return 1;
  }
  await live(daemon, createNotify(process.env.NOTIFY_SOCKET));
  await control.value.close();
  await log.close();
  return 0;
}

/** From the start of the daemon to the end of its stop. */
async function live(daemon: Daemon, notify: Notify): Promise<void> {
  const reloads = () => void daemon.reload();
  const stopped = new Promise<void>((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) {
      process.on(signal, () => {
        notify.stopping();
        const endExtending = extendTimeout(notify);
        void daemon.stop(signal).then(() => {
          endExtending();
          resolve();
        });
      });
    }
  });
  process.on('SIGHUP', reloads);
  const endWatchdog = feedWatchdog(notify, Number(process.env.WATCHDOG_USEC));
  await daemon.start();
  notify.ready();
  await stopped;
  endWatchdog();
  process.off('SIGHUP', reloads);
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
