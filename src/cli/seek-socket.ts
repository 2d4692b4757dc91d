// Where the daemon of a command line may be asked: at --socket and nowhere else; where lvs-director-ldirectord has put the
// daemon of that file; where the file of -c says; where the daemon of its state_dir was last; and, where the file tells of
// no socket, at the default. Of the last two only a daemon counts that says it runs this very file.
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { knownSocketIn } from '../compose/known-socket.ts';
import { configBytesMax, readConfig } from '../compose/read-config.ts';
import { formatProblem } from '../config/format-problem.ts';
import { soughtPaths } from '../config/sought-paths.ts';
import { readRegularNow } from '../system/files/open-regular.ts';
import { askControlSocket } from '../system/sockets/control-socket.ts';
import { defaultControlSocket, type Options, textOption } from './command-line.ts';
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

export function seekSockets(options: Options): Sought {
  const given = textOption(options, 'socket');
  const file = textOption(options, 'config');
  if (given !== undefined || file === undefined) {
    return { paths: [given ?? defaultControlSocket], guessed: new Set() };
  }
  const { config, problems } = readConfig(file, textOption(options, 'director'));
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

/** @returns undefined where the daemon there runs that file, or none answers; else whose it is. */
export async function strangerAt(path: string, file: string): Promise<string | undefined> {
  const answer = await askControlSocket(path, 'GET', '/ping');
  if (!answer.ok) return undefined;
  const { config } = answer.value.body as { readonly config?: unknown };
  return config === file ? undefined : `a daemon of ${typeof config === 'string' ? config : 'another file'}`;
}

/** The first path where the daemon answers; where none does, the first of all. */
export async function findSocket(options: Options): Promise<string> {
  const { paths, guessed, file = '' } = seekSockets(options);
  for (const path of paths) {
    if (guessed.has(path) && (await strangerAt(path, file)) !== undefined) continue;
    if ((await askControlSocket(path, 'GET', '/ping')).ok) return path;
  }
  return paths[0] ?? defaultControlSocket;
}
