// What a config would change in IPVS beside its table, without changing it: for `plan`.

import { planDirector } from '../daemon/director/director-plan.ts';
import { createDirectorKernel } from '../kernel/ipvs-director.ts';
import type { IpvsConfig } from '../model/config/ipvs.ts';
import type { Phase } from '../model/vrrp.ts';
import type { DirectorChanges } from '../reconcile/director-plan.ts';
import { systemClock } from '../system/clock.ts';
import { systemSysctl } from '../system/host/sysctl.ts';
import { openNetlinkSocket } from '../system/sockets/netlink-socket.ts';
import { directorMemoryIn } from './director-memory.ts';

/** @param phaseOf of a virtual router; undefined where no daemon runs that would know. */
export async function directorChangesFor(
  ipvs: IpvsConfig,
  stateDir: string,
  phaseOf: (instance: string) => Phase | undefined,
): Promise<DirectorChanges> {
  const kernel = createDirectorKernel(openNetlinkSocket('generic'), systemClock);
  const memory = directorMemoryIn(stateDir, () => {}).read();
  const changes = await planDirector(
    { kernel, sysctl: systemSysctl, clock: systemClock, memory },
    ipvs,
    phaseOf,
  );
  kernel.close();
  return changes;
}
