// `lvs-director status`: the daemon's state for a terminal (render/status.ts), or as JSON for programs.
import type { DaemonStatus } from '../daemon/report/status.ts';
import { formatStatus } from '../render/status.ts';
import { askDaemon } from './ask-daemon.ts';
import type { Arguments, ExitCode, Io } from './command-line.ts';

export async function runStatus({ options }: Arguments, io: Io): Promise<ExitCode> {
  const answer = await askDaemon(options, 'GET', '/status', io);
  if (answer === undefined) return 1;
  if (answer.status !== 200) {
    io.stderr(`${JSON.stringify(answer.body)}\n`);
    return 1;
  }
  const status = answer.body as DaemonStatus;
  io.stdout(options.json === true ? `${JSON.stringify(status, null, 2)}\n` : formatStatus(status));
  return 0;
}
