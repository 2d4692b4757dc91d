// `lvs-director run`: what the daemon is made of on this machine, and the signals it answers to.
// SIGHUP reloads; SIGTERM and SIGINT hand over, clean up and end it.
import type { Config, LogConfig } from '../config/config.ts';
import { formatProblem } from '../config/format-problem.ts';
import { controlRoutes } from '../daemon/control-routes.ts';
import { createDaemon, type Daemon, reportWarnings } from '../daemon/daemon.ts';
import { createHealthLoop } from '../daemon/health-loop.ts';
import { createJournal } from '../daemon/journal.ts';
import { createReconcileLoop } from '../daemon/reconcile-loop.ts';
import { createVrrpSupervisor } from '../daemon/vrrp-supervisor.ts';
import { createIpvsKernel } from '../kernel/ipvs.ts';
import type { Journal } from '../ports/journal.ts';
import { createProbe } from '../probes/probe-target.ts';
import { systemClock } from '../system/clock.ts';
import { listenControlSocket } from '../system/control-socket.ts';
import { openIcmpSocket } from '../system/icmp-socket.ts';
import { openLogFile } from '../system/log-file.ts';
import { openNetlinkSocket } from '../system/netlink-socket.ts';
import { createNotify, type Notify } from '../system/notify.ts';
import { ownedServicesIn } from '../system/owned-services.ts';
import { runShellCommand } from '../system/shell-command.ts';
import {
  configOptions,
  defaultConfigFile,
  type ExitCode,
  type Io,
  parseArguments,
  textOption,
} from './command-line.ts';
import { readConfig } from './read-config.ts';
import { version } from './version.ts';

export async function runDaemon(argv: readonly string[], io: Io): Promise<ExitCode> {
  const given = parseArguments(argv, configOptions, io);
  if (given === undefined) return 2;
  const file = textOption(given.options, 'config') ?? defaultConfigFile;
  const director = textOption(given.options, 'director');
  const { config, problems } = readConfig(file, director);
  if (config === undefined) {
    io.stderr(problems.map((problem) => `${formatProblem(problem)}\n`).join(''));
    return 2;
  }
  const log = createJournal(config.log, systemClock, openLogFile);
  reportWarnings(log.journal, problems);
  const daemon = assemble(config, () => readConfig(file, director), log);
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
