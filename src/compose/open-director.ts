// What IPVS holds beside its table, on this machine: the kernel's side of it, the settings of the host, and its memory.
import { createDirectorLoop, type DirectorLoop } from '../daemon/director/director-loop.ts';
import type { Listener } from '../daemon/listeners.ts';
import type { Journal } from '../journal/event.ts';
import { createDirectorKernel } from '../kernel/ipvs-director.ts';
import { systemClock as clock } from '../system/clock.ts';
import { systemSysctl as sysctl } from '../system/host/sysctl.ts';
import { openNetlinkSocket } from '../system/sockets/netlink-socket.ts';
import { directorMemoryIn } from './director-memory.ts';
import type { openStateFiles } from './state-files.ts';

export type DirectorShell = {
  readonly journal: Journal;
  readonly state: ReturnType<typeof openStateFiles>;
  /** Has it told every event. */
  readonly listen: (listener: Listener) => void;
};

export function openDirector({ journal, state, listen }: DirectorShell): DirectorLoop {
  const { stateDir, report, options } = state;
  const director = createDirectorLoop({
    kernel: createDirectorKernel(() => openNetlinkSocket('generic'), clock),
    ...{ sysctl, clock, journal, memory: directorMemoryIn(stateDir, report, options) },
  });
  listen(director.heard);
  return director;
}
