// What director-loop.ts would do with a configuration, for `plan`: read and compared, and nothing else.

import type { IpvsConfig } from '../../model/config/ipvs.ts';
import type { Phase } from '../../model/vrrp.ts';
import type { Clock } from '../../ports/clock.ts';
import type { DirectorKernel } from '../../ports/kernel.ts';
import type { Sysctl } from '../../ports/sysctl.ts';
import type { DirectorChanges } from '../../reconcile/director-plan.ts';
import { wantedSettings } from '../../reconcile/director-settings.ts';
import { syncRoleOf } from '../../reconcile/sync-daemons.ts';
import { createAttempts } from '../pace/attempts.ts';
import type { DirectorMemory } from './director-memory.ts';
import { createSettingAccess } from './setting-access.ts';
import { createSettingKeeper } from './setting-keeper.ts';
import { createSyncKeeper } from './sync-keeper.ts';

export type DirectorPlanPorts = {
  readonly kernel: DirectorKernel;
  readonly sysctl: Sysctl;
  readonly clock: Clock;
  readonly memory: DirectorMemory;
};

export async function planDirector(
  { kernel, sysctl, clock, memory }: DirectorPlanPorts,
  ipvs: IpvsConfig,
  phaseOf: (instance: string) => Phase | undefined,
): Promise<DirectorChanges> {
  const journal = () => {};
  const quiet = { kernel, journal, attempts: createAttempts({ clock, journal }) };
  const access = createSettingAccess(kernel, sysctl);
  const remembered = new Map(Object.entries(memory.settings));
  const settings = createSettingKeeper({ ...quiet, access, onOriginals: () => {} }, remembered);
  const daemons = createSyncKeeper({ ...quiet, onOurs: () => {} }, new Set(memory.syncDaemons));
  const { sync } = ipvs;
  const role = sync?.mode === 'role' ? syncRoleOf(phaseOf(sync.instance)) : undefined;
  return {
    settings: await settings.plan(wantedSettings(ipvs)),
    syncDaemons: await daemons.plan({ sync, role, lingering: undefined }),
  };
}
