// `lvs-director failover`: hands the active role of one virtual router, or of all, to the peer.
import { askDaemon } from './ask-daemon.ts';
import type { Arguments, ExitCode, Io } from './command-line.ts';

export async function runFailover({ options, positionals }: Arguments, io: Io): Promise<ExitCode> {
  const [instance] = positionals;
  const target = instance === undefined ? '/failover' : `/failover?instance=${encodeURIComponent(instance)}`;
  const answer = await askDaemon(options, 'POST', target, io);
  if (answer === undefined) return 1;
  const { handedOver = [], error } = answer.body as {
    readonly handedOver?: readonly string[];
    readonly error?: string;
  };
  if (answer.status !== 200) {
    io.stderr(`${error ?? 'Cannot hand over'}\n`);
    return 1;
  }
  io.stdout(`handing over: ${handedOver.join(', ')}\n`);
  return 0;
}
