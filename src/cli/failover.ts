// `lvs-director failover`: hands the active role of one virtual router, or of all, to the peer.
import { askDaemon, socketOptions } from './ask-daemon.ts';
import { type ExitCode, type Io, parseArguments } from './command-line.ts';

export async function runFailover(argv: readonly string[], io: Io): Promise<ExitCode> {
  const given = parseArguments(argv, socketOptions, io, 1);
  if (given === undefined) return 2;
  const [instance] = given.positionals;
  const target = instance === undefined ? '/failover' : `/failover?instance=${encodeURIComponent(instance)}`;
  const answer = await askDaemon(given.options, 'POST', target, io);
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
