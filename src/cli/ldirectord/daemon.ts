// The daemon of one instance, in this process: `run` with a socket and a state folder of its own, and, in the background,
// with what ldirectord has there: a log file, a pid file, no streams. Whoever started it is told when it is ready.
import { closeSync, mkdirSync, openSync, unlinkSync, writeFileSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Config } from '../../model/config/config.ts';
import { lockFile } from '../../system/files/lock-file.ts';
import { duplicateOnto } from '../../system/libc.ts';
import type { Io } from '../command-line.ts';
import { runDaemon } from '../run.ts';
import { isTaken, pidIn } from './holder.ts';
import type { Instance } from './instance.ts';

/** ldirectord's, where the file names none. */
const defaultLog = '/var/log/ldirectord.log';

/** What `start` hands to the daemon that it starts (start.ts): the lock, and where to say that it is ready. */
export const descriptors = { lock: 3, ready: 4 } as const;

/** In place of what the file says of both: an ldirectord.cf cannot. */
const placeOf =
  ({ controlSocket, stateDir }: Instance, log: (log: Config['log']) => Config['log']) =>
  (config: Config): Config => ({
    ...config,
    director: { ...config.director, controlSocket, stateDir },
    log: log(config.log),
  });

/** Nobody reads its output; what goes to syslog needs no file, as in ldirectord. */
export const inBackground = (log: Config['log']): Config['log'] =>
  log.syslog === undefined ? { ...log, file: log.file ?? defaultLog } : log;

/** As `start` has started it. */
export async function runInBackground(instance: Instance, io: Io): Promise<number> {
  // Before the lock says which process it is, a stop would find none.
  writeFileSync(instance.lock, `${process.pid}\n`);
  const code = await runDaemon({ options: { config: instance.file }, positionals: [] }, io, {
    place: placeOf(instance, inBackground),
    onReady: () => {
      writePidFile(instance, io);
      writeSync(descriptors.ready, 'ready\n');
      closeSync(descriptors.ready);
      detachErrors();
    },
  });
  removePidFile(instance);
  return code;
}

/** As a supervisor wants it: in this process, the log on standard output, no pid file of ldirectord's. */
export async function runInForeground(instance: Instance, isDebug: boolean, io: Io): Promise<number> {
  mkdirSync(dirname(instance.lock), { recursive: true });
  const lock = lockFile(instance.lock);
  if (!lock.ok) {
    io.stderr(`Cannot start: expected a lock on ${instance.lock}, got ${lock.error.reason}\n`);
    return 1;
  }
  const place = placeOf(instance, (log) => (isDebug ? { ...log, level: 'debug' } : log));
  return runDaemon({ options: { config: instance.file }, positionals: [] }, io, { place });
}

/** Whoever read standard error goes now; what is left to be said there is for nobody. */
function detachErrors(): void {
  const nothing = openSync('/dev/null', 'w');
  duplicateOnto(nothing, 2);
  closeSync(nothing);
}

function writePidFile(instance: Instance, io: Io): void {
  if (isTaken(instance)) return;
  try {
    writeFileSync(instance.pidFile, `${process.pid}\n`);
  } catch (error) {
    const got = error instanceof Error ? error.message : String(error);
    io.stderr(`Cannot write ${instance.pidFile}: expected a folder to write to, got ${got}\n`);
  }
}

function removePidFile({ pidFile }: Instance): void {
  if (pidIn(pidFile) === process.pid) unlinkSync(pidFile);
}
