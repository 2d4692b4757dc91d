// Faults of a director's processes: killed, stopped for a while and continued, told to end, each alone and all at once.
import { type Fault, once, signal } from '../fault.ts';
import type { Keeper } from '../keeper.ts';

type Which = 'main' | 'vrrp' | 'both';

const pidsOf = (target: Keeper, which: Which): readonly (number | undefined)[] => {
  const { main, vrrp } = target.pids();
  return which === 'both' ? [main, vrrp] : [which === 'main' ? main : vrrp];
};

const kill = (which: Which): Fault => ({
  name: `kill ${which}`,
  gentle: false,
  lastsMs: [0, 500],
  inject: once(({ target }) => {
    for (const pid of pidsOf(target, which)) signal(pid, 'SIGKILL');
  }),
});

/** As the unit's watchdog is not here: what hangs is continued. */
const freeze = (which: Which): Fault => ({
  name: `stop ${which}`,
  // The main process may end its VRRP process by it, or the other way round.
  gentle: false,
  // Far beyond the lease, so that it is what ends a second holder.
  lastsMs: [300, 9000],
  inject: async ({ target }) => {
    // As it is now: one that is started meanwhile runs.
    const pids = pidsOf(target, which);
    for (const pid of pids) signal(pid, 'SIGSTOP');
    return async () => {
      for (const pid of pids) signal(pid, 'SIGCONT');
    };
  },
});

export const processFaults: readonly Fault[] = [
  ...(['main', 'vrrp', 'both'] as const).flatMap((which) => [kill(which), freeze(which)]),
  {
    name: 'kill vrrp twice',
    gentle: false,
    lastsMs: [300, 3000],
    inject: async ({ target }) => {
      signal(target.pids().vrrp, 'SIGKILL');
      return async () => signal(target.pids().vrrp, 'SIGKILL');
    },
  },
  {
    name: 'SIGTERM',
    gentle: false,
    lastsMs: [0, 500],
    inject: once(({ target }) => signal(target.pids().main, 'SIGTERM')),
  },
];
