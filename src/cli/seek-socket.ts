// Where the daemon of a command line may be asked: at --socket and nowhere else; where the file of -c says, and where its
// daemon was last (seek-by-file.ts); without both at the default. Of what was guessed only a daemon counts that says it
// runs this very file.
import { askControlSocket } from '../system/sockets/ask-control-socket.ts';
import { defaultControlSocket, type Options, textOption } from './command-line.ts';
import type { Sought } from './seek-by-file.ts';

/** Without a file to read, nothing is loaded that reads one: a question takes little more than Node's own start. */
export async function seekSockets(options: Options): Promise<Sought> {
  const given = textOption(options, 'socket');
  const file = textOption(options, 'config');
  if (given !== undefined || file === undefined) {
    return { paths: [given ?? defaultControlSocket], guessed: new Set() };
  }
  const { seekByFile } = await import('./seek-by-file.ts');
  return seekByFile(file, textOption(options, 'director'));
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
  const { paths, guessed, file = '' } = await seekSockets(options);
  for (const path of paths) {
    if (guessed.has(path) && (await strangerAt(path, file)) !== undefined) continue;
    if ((await askControlSocket(path, 'GET', '/ping')).ok) return path;
  }
  return paths[0] ?? defaultControlSocket;
}
