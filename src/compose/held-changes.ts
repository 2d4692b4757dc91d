// What the virtual routers lack, or hold too much, at the roles that the running daemon says: for `plan`.

import { planHeld } from '../daemon/report/held-plan.ts';
import type { VrrpInstanceConfig } from '../model/config/router.ts';
import type { Phase } from '../model/vrrp.ts';
import type { SettingLine } from '../reconcile/plan.ts';
import { openVrrpPorts } from './vrrp-ports.ts';

/** @param phaseOf of a virtual router; undefined where no daemon runs that would know. */
export async function heldChangesFor(
  instances: readonly VrrpInstanceConfig[],
  phaseOf: (instance: string) => Phase | undefined,
): Promise<readonly SettingLine[]> {
  if (!instances.some(({ name }) => phaseOf(name) !== undefined)) return [];
  const ports = openVrrpPorts();
  try {
    return await planHeld(ports, instances, phaseOf);
  } finally {
    ports.network.close();
  }
}
