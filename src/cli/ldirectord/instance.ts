// One file of ldirectord's is one daemon: what that daemon alone has, so that others run beside it: a
// lock, a control socket, a state folder, and the pid file where ldirectord 4.12 has it. Reads nothing.
import { createHash } from 'node:crypto';
import { basename, join, resolve } from 'node:path';

export type Instance = {
  /** Absolute. */
  readonly file: string;
  /** As messages name it: as ldirectord found it. */
  readonly label: string;
  /** ldirectord's; that of two files with one name is the first one's that was started. */
  readonly pidFile: string;
  /** Locked by the daemon as long as it lives; holds its process id. */
  readonly lock: string;
  readonly controlSocket: string;
  readonly stateDir: string;
};

const runFolder = '/run/lvs-director-ldirectord';
const stateFolder = '/var/lib/lvs-director-ldirectord';
const nameMax = 40;

/** The name and what tells the folder: a path may be longer than that of a socket. */
function keyOf(file: string): string {
  const hash = createHash('sha256').update(file).digest('hex').slice(0, 8);
  return `${basename(file).slice(0, nameMax)}-${hash}`;
}

/** Where the daemon of that file listens if it was started by this command line. */
export const instanceSocketOf = (file: string): string => join(runFolder, keyOf(file), 'control.sock');

/** @param given on the command line; without it ldirectord's pid file has no ".cf" in its name. */
export function instanceOf(label: string, given: string | undefined): Instance {
  const file = resolve(label);
  const key = keyOf(file);
  return {
    file,
    label,
    pidFile: `/var/run/ldirectord.${given === undefined ? 'ldirectord' : basename(given)}.pid`,
    lock: join(runFolder, key, 'pid'),
    controlSocket: instanceSocketOf(file),
    stateDir: join(stateFolder, key),
  };
}
