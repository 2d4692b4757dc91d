// What the daemon says of itself: its start and end, its configuration, what it keeps on disk, its log.
import { entry } from './entry.ts';
import { levelOfExit } from './level-of-exit.ts';

export const daemonEvents = {
  'daemon.started': entry<{ version: string; pid: number; director: string; config: string }>(
    'info',
    (event) =>
      `lvs-director ${event.version} started as ${event.director}, pid ${event.pid}, config ${event.config}`,
  ),
  'daemon.ready': entry<{ instances: number; services: number; servers: number }>(
    'info',
    (event) =>
      `ready: ${event.instances} virtual router(s), ${event.services} service(s), ${event.servers} real server(s)`,
  ),
  'daemon.reloaded': entry<{ config: string; services: number; servers: number; ms: number }>(
    'info',
    (event) => `reloaded ${event.config}: ${event.services} service(s), ${event.servers} real server(s)`,
  ),
  'daemon.reload_rejected': entry<{ config: string; problems: readonly string[] }>(
    'error',
    (event) =>
      `kept the running configuration: ${event.config} has ${event.problems.length} problem(s): ${event.problems[0] ?? ''}`,
  ),
  'daemon.rival': entry<{ program: string; pid: number }>(
    'warn',
    (event) =>
      `${event.program} (process ${event.pid}) runs on this host as well: each undoes what the other sets`,
  ),
  'daemon.config_rejected': entry<{ config: string; problems: readonly string[]; instead: string }>(
    'error',
    (event) =>
      `started with the last good configuration (${event.instead}): ${event.config} has ${event.problems.length} problem(s): ${event.problems[0] ?? ''}`,
  ),
  'daemon.stopping': entry<{ reason: string; restarts?: boolean }>(
    'info',
    (event) =>
      `stopping: ${event.reason}${event.restarts === true ? ', to be started again: table and addresses stay' : ''}`,
  ),
  'daemon.stopped': entry<{ uptime_s: number }>('info', (event) => `stopped after ${event.uptime_s} s`),
  'daemon.fault': entry<{
    process: 'main' | 'vrrp' | 'check';
    kind: 'uncaughtException' | 'unhandledRejection';
    error: string;
    reason: string;
    stack: readonly string[];
    ends: boolean;
  }>(
    'error',
    (event) =>
      `a fault of this program in the ${event.process} process, ${event.ends ? 'which ends' : 'within a check, which fails'}: ${event.error}: ${event.reason}`,
  ),
  'control.failed': entry<{ about: string; error: string; reason: string }>(
    'error',
    (event) => `control socket: ${event.about} failed: ${event.error}: ${event.reason}`,
  ),
  'listener.opened': entry<{ listen: string }>('info', (event) => `answers HTTP at ${event.listen}`),
  'listener.failed': entry<{ listen: string; reason: string }>(
    'warn',
    (event) => `cannot listen at ${event.listen}, and tries again: ${event.reason}`,
  ),
  'listener.closed': entry<{ listen: string }>('info', (event) => `answers no more HTTP at ${event.listen}`),
  'config.callback': entry<{ config: string; command: string; exit: string }>(
    levelOfExit,
    (event) => `${event.config} has changed: callback ${event.command}: ${event.exit}`,
  ),
  'config.warning': entry<{ at: string; message: string }>(
    'warn',
    (event) => `${event.at}: ${event.message}`,
  ),
  'state.failed': entry<{ reason: string }>('warn', (event) => event.reason),
  'state.unreadable': entry<{ file: string; reason: string; kept_as?: string }>(
    'warn',
    (event) =>
      `${event.file} counts as missing, or for the part of it that could be read: ${event.reason}${event.kept_as === undefined ? '' : `; it is kept as ${event.kept_as}`}`,
  ),
  'log.failed': entry<{ sink: string; reason: string }>(
    'warn',
    (event) => `cannot write to ${event.sink}: ${event.reason}`,
  ),
  'log.lost': entry<{ sink: string; lines: number }>(
    'warn',
    (event) => `lost ${event.lines} line(s) here that ${event.sink} did not take`,
  ),
  'log.suppressed': entry<{ of: string; subject: string; lines: number }>(
    'warn',
    (event) => `${event.lines} more lines of ${event.subject} left out within a minute; the last one follows`,
  ),
};
