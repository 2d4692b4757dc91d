// `lvs-director names`: what the other commands take as a name, one a line, for the completion of shells
// (scripts/package/completion.mjs), which waits 300 ms for it and not longer.
import type { DaemonStatus } from '../daemon/report/status.ts';
import { shown } from '../net/shown.ts';
import { askDaemon } from './ask-daemon.ts';
import type { Arguments, ExitCode, Io } from './command-line.ts';

const kinds = ['routers', 'services', 'servers'] as const;

export async function runNames({ options, positionals }: Arguments, io: Io): Promise<ExitCode> {
  const [kind] = positionals;
  const wanted = kinds.filter((each) => each === (kind ?? each));
  if (wanted.length === 0) {
    io.stderr(`Cannot list names: expected ${kinds.join(', ')}, got ${shown(kind ?? '')}\n`);
    return 2;
  }
  const answer = await askDaemon(options, 'GET', '/status', io);
  if (answer?.status !== 200) return 1;
  const names = namesIn(answer.body as DaemonStatus);
  for (const name of new Set(wanted.flatMap((each) => names[each]))) io.stdout(`${name}\n`);
  return 0;
}

const namesIn = ({
  vrrp,
  services,
}: Pick<DaemonStatus, 'vrrp' | 'services'>): Readonly<Record<(typeof kinds)[number], readonly string[]>> => ({
  routers: vrrp.map(({ name }) => name),
  services: services.map(({ service }) => service),
  servers: services.flatMap(({ reals }) => reals.map(({ real }) => real)),
});
