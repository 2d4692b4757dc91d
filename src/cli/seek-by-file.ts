// Where the daemon of a config file may be asked: where lvs-director-ldirectord has put the daemon of that file; where the
// file says; where the daemon of its state_dir was last; and, where it tells of no socket, at the default. Loads all that
// reads a config: only for who names one.
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { configBytesMax } from '../compose/config-bytes.ts';
import { knownSocketIn } from '../compose/known-socket.ts';
import { readConfig } from '../compose/read-config.ts';
import { formatProblem } from '../config/format-problem.ts';
import { soughtPaths } from '../config/sought-paths.ts';
import { readRegularNow } from '../system/files/open-regular.ts';
import { defaultControlSocket } from './command-line.ts';
import { instanceSocketOf } from './ldirectord/instance.ts';

export type Sought = {
  /** In the order in which they are to be asked. */
  readonly paths: readonly string[];
  /** Those where somebody else's daemon may answer. */
  readonly guessed: ReadonlySet<string>;
  readonly file?: string;
  /** The first thing that is wrong with the file, if anything is. */
  readonly problem?: string;
};

const defaultStateDir = '/var/lib/lvs-director';

export function seekByFile(file: string, director?: string): Sought {
  const { config, problems } = readConfig(file, director);
  if (config !== undefined) {
    const { controlSocket, stateDir } = config.director;
    return soughtOf(file, [controlSocket], [knownSocketIn(stateDir).read().socket]);
  }
  const read = readRegularNow(file, { bytesMax: configBytesMax });
  const text = read.ok ? read.value.content.toString('utf8') : '';
  const named = soughtPaths(text, 'control_socket');
  const known = [...soughtPaths(text, 'state_dir'), defaultStateDir].map(
    (folder) => knownSocketIn(folder).read().socket,
  );
  const [first] = problems.filter(({ severity }) => severity === 'error').map(formatProblem);
  const sought = soughtOf(file, named, named.length === 0 ? [...known, defaultControlSocket] : known);
  return { ...sought, problem: first ?? `${file} is no good config` };
}

function soughtOf(file: string, named: readonly string[], more: readonly (string | undefined)[]): Sought {
  const guessed = more.flatMap((path) => (path === undefined || named.includes(path) ? [] : [path]));
  const own = resolve(file);
  const instance = [instanceSocketOf(own)].filter((path) => existsSync(path));
  const paths = [...new Set([...instance, ...named, ...guessed])];
  return { file: own, paths, guessed: new Set([...instance, ...guessed]) };
}
