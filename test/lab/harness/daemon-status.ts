// What `status --json` prints of a director, asked of its control socket itself: for what is asked again and again, as a
// command costs half a second of a processor.
import type { DaemonStatus } from '../../../src/daemon/report/status.ts';
import { askControlSocket } from '../../../src/system/sockets/ask-control-socket.ts';
import { patience } from './process.ts';
import type { Director } from './programs.ts';

export async function daemonStatus({ name, controlSocket }: Director): Promise<DaemonStatus> {
  const answer = await askControlSocket(controlSocket, 'GET', '/status', 30_000 * patience);
  if (!answer.ok) throw new Error(`${name} does not tell its status: ${answer.error}`);
  return answer.value.body as DaemonStatus;
}
