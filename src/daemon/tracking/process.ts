// Tracked processes: how many there are of each, found by looking through all of them once an interval. One look
// serves every tracked process; the next begins only when it has ended.
import type { TrackProcessConfig } from '../../model/config/tracked.ts';
import type { Clock } from '../../ports/clock.ts';
import type { ListProcesses } from '../../ports/tracked.ts';
import type { Tell, Watch } from './watch.ts';

type Wanted = { readonly config: TrackProcessConfig; readonly tell: Tell };

export type ProcessTracker = { readonly track: (config: TrackProcessConfig, tell: Tell) => Watch };

export function createProcessTracker(clock: Clock, listProcesses: ListProcesses): ProcessTracker {
  const wanted = new Set<Wanted>();
  let looking = false;
  let cancel: (() => void) | undefined;

  async function look(): Promise<void> {
    cancel?.();
    cancel = undefined;
    if (looking || wanted.size === 0) return;
    looking = true;
    const processes = await listProcesses();
    looking = false;
    for (const { config, tell } of wanted) {
      const count = countOf(config, processes);
      tell(isWell(config, count) ? 'up' : 'down', `${count} running`);
    }
    const intervalMs = Math.min(...[...wanted].map(({ config }) => config.intervalMs));
    if (wanted.size > 0) cancel = clock.after(intervalMs, () => void look());
  }

  return {
    track: (config, tell) => {
      const entry = { config, tell };
      wanted.add(entry);
      void look();
      return { stop: () => void wanted.delete(entry) };
    },
  };
}

const isWell = ({ quorum, quorumMax }: TrackProcessConfig, count: number): boolean =>
  count >= quorum && count <= (quorumMax ?? Number.POSITIVE_INFINITY);

/** @param processes their argument vectors. A name without a slash is the last part of the program's path. */
export function countOf(config: TrackProcessConfig, processes: readonly (readonly string[])[]): number {
  const isPath = config.program.includes('/');
  return processes.filter(([program = '', ...args]) => {
    const name = isPath ? program : program.slice(program.lastIndexOf('/') + 1);
    return name === config.program && argumentsFit(config, args.join(' '));
  }).length;
}

function argumentsFit({ parameters, paramMatch }: TrackProcessConfig, given: string): boolean {
  if (parameters === undefined) return true;
  if (paramMatch === 'initial') return given.startsWith(parameters);
  return paramMatch === 'partial' ? given.includes(parameters) : given === parameters;
}
