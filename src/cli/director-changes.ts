// What a config would change in IPVS beside its table, without changing it: for `plan`.
import type { IpvsConfig } from '../config/config.ts';
import { planDirector } from '../daemon/director-plan.ts';
import { createDirectorKernel } from '../kernel/ipvs-director.ts';
import type { VrrpPhase } from '../ports/vrrp-events.ts';
import type { DirectorChanges } from '../reconcile/director-plan.ts';
import { systemClock } from '../system/clock.ts';
import { openNetlinkSocket } from '../system/netlink-socket.ts';
import { systemSysctl } from '../system/sysctl.ts';
import { directorMemoryIn } from './director-memory.ts';

/** @param phaseOf of a virtual router; undefined where no daemon runs that would know. */
export async function directorChangesFor(
  ipvs: IpvsConfig,
  stateDir: string,
  phaseOf: (instance: string) => VrrpPhase | undefined,
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
