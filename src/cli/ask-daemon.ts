// One question of a command to the running daemon, and the one way to say that there is none, or that nobody can tell.
import { shown } from '../net/shown.ts';
import type { Answer } from '../ports/control.ts';
import { askControlSocket } from '../system/sockets/ask-control-socket.ts';
import type { Io, Options } from './command-line.ts';
import { seekSockets, strangerAt } from './seek-socket.ts';

/** What connect(2) says where nobody listens. With anything else somebody may. */
const nobody = /ENOENT|ECONNREFUSED|ENOTSOCK|ENOTDIR/;

/** @returns undefined, with what is known on stderr, where no daemon answers. */
export async function askDaemon(
  options: Options,
  method: 'GET' | 'POST',
  target: string,
  io: Io,
): Promise<Answer | undefined> {
  const { paths, guessed, file = '', problem } = await seekSockets(options);
  const missed: string[] = [];
  for (const path of paths) {
    const stranger = guessed.has(path) ? await strangerAt(path, file) : undefined;
    if (stranger !== undefined) {
      missed.push(`at ${path} ${stranger} answers`);
      continue;
    }
    const answer = await askControlSocket(path, method, target, patienceFor(target));
    if (answer.ok) return answer.value;
    if (!nobody.test(answer.error)) {
      io.stderr(`Cannot ask the daemon at ${shown(path)}: expected an answer, got ${shown(answer.error)}\n`);
      return undefined;
    }
    missed.push(`nobody answers at ${path} (${answer.error})`);
  }
  const known = shown(missed.join('; '), 1000);
  if (problem === undefined) io.stderr(`lvs-director is not running here: ${known}\n`);
  else
    io.stderr(
      `Cannot tell whether lvs-director runs with ${shown(file)}: expected a config that names its control socket, got ${shown(problem)}\n${known}; --socket PATH asks another\n`,
    );
  return undefined;
}

/** A reload answers when the file has been read, which may take two minutes (config-reader.ts), and is in force. */
const patienceFor = (target: string): number => (target.startsWith('/reload') ? 240_000 : 30_000);
