// Which role a sync daemon has: that of the virtual router that it is to follow, as VRRP tells it, and for a moment the
// one before as well (reconcile/sync-daemons.ts).

import type { JournalEvent } from '../../journal/event.ts';
import type { SyncConfig } from '../../model/config/ipvs.ts';
import type { SyncState } from '../../model/director.ts';
import type { Phase } from '../../model/vrrp.ts';
import type { Clock, Micros } from '../../ports/clock.ts';
import { flushMs, syncRoleOf } from '../../reconcile/sync-daemons.ts';
import type { SyncGoal } from './sync-keeper.ts';

export type SyncRoles = {
  /** @returns whether the role that `sync` follows has become another one. */
  readonly heard: (event: JournalEvent, sync: SyncConfig | undefined) => boolean;
  readonly goal: (sync: SyncConfig | undefined) => SyncGoal;
  /** Until when the role before stays; undefined where none does. */
  readonly lingersUntil: () => Micros | undefined;
};

export function createSyncRoles(clock: Clock): SyncRoles {
  const phases = new Map<string, Phase>();
  let lingering: { readonly state: SyncState; readonly until: Micros } | undefined;
  const stays = () => (lingering !== undefined && lingering.until > clock.now() ? lingering : undefined);

  return {
    heard: (event, sync) => {
      if (event.event !== 'vrrp.transition') return false;
      const role = syncRoleOf(phases.get(event.instance));
      // Its role was resigned: another director has it, or will.
      const phase = event.reason === 'vrrp_process_lost' ? 'backup' : event.to;
      phases.set(event.instance, phase);
      if (sync?.mode !== 'role' || sync.instance !== event.instance) return false;
      const next = syncRoleOf(phase);
      if (next === role) return false;
      if (role !== undefined && next !== undefined)
        lingering = { state: role, until: clock.now() + flushMs * 1000 };
      return true;
    },
    goal: (sync) => ({
      sync,
      role: sync?.mode === 'role' ? syncRoleOf(phases.get(sync.instance)) : undefined,
      lingering: stays()?.state,
    }),
    lingersUntil: () => stays()?.until,
  };
}
