// One question of a command to the running daemon, and the one way to say that there is none.
import type { Answer } from '../ports/control.ts';
import { askControlSocket } from '../system/control-socket.ts';
import { defaultControlSocket, type Io, type Options, textOption } from './command-line.ts';
import { readConfig } from './read-config.ts';

export const socketOptions = {
  config: { type: 'string', short: 'c' },
  socket: { type: 'string' },
  director: { type: 'string' },
} as const;

/** --socket, else what the config named by -c says, else the default. */
export function controlSocketPath(options: Options): string {
  const given = textOption(options, 'socket');
  const file = textOption(options, 'config');
  if (given !== undefined || file === undefined) return given ?? defaultControlSocket;
  return (
    readConfig(file, textOption(options, 'director')).config?.director.controlSocket ?? defaultControlSocket
  );
}

/** @returns undefined, with the reason on stderr, where no daemon answers. */
export async function askDaemon(
  options: Options,
  method: 'GET' | 'POST',
  target: string,
  io: Io,
): Promise<Answer | undefined> {
  const path = controlSocketPath(options);
  const answer = await askControlSocket(path, method, target);
  if (answer.ok) return answer.value;
  io.stderr(`lvs-director is not running here: nobody answers at ${path} (${answer.error})\n`);
  return undefined;
}
