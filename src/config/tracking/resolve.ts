// What virtual routers track, and whom they tell: each gets its trackers, and the members of a sync group get those of all of
// them, because a group has one priority.
import type { Config } from '../../model/config/config.ts';
import type { VrrpInstanceConfig } from '../../model/config/router.ts';
import type { VirtualConfig } from '../../model/config/service.ts';
import type { Tracker } from '../../model/tracking.ts';
import type { Resolution } from '../resolution.ts';
import { type DefinitionsDraft, resolveDefinitions } from './definitions.ts';
import { type PriorityChangesDraft, resolveNotify } from './notify.ts';
import type { RouterEntry } from './router-entry.ts';
import { resolveSyncGroups, type SyncGroupsDraft } from './sync-groups.ts';
import { judgeTrackers, resolveTrackers, targetsOf } from './track.ts';

export type TrackedRouters = Pick<Config, 'vrrp' | 'tracked'>;

export function resolveTracking(
  draft: DefinitionsDraft & SyncGroupsDraft & PriorityChangesDraft,
  entries: readonly RouterEntry[],
  virtuals: readonly VirtualConfig[],
  resolution: Resolution,
): TrackedRouters {
  const tracked = resolveDefinitions(draft, resolution);
  const targets = targetsOf(draft, virtuals);
  const groups = resolveSyncGroups(draft, entries, targets, resolution);
  const own = new Map(
    entries.map((entry) => {
      const trackers = resolveTrackers(entry.draft, ['vrrp', entry.index], targets, resolution);
      judgeTrackers(entry, trackers, resolution);
      return [entry, trackers] as const;
    }),
  );
  const vrrp = entries.flatMap((entry) => {
    const group = groups.find(({ members }) => members.includes(entry));
    const shared = group === undefined ? [] : group.members.flatMap((member) => own.get(member) ?? []);
    const trackers = distinct([...(own.get(entry) ?? []), ...(group?.trackers ?? []), ...shared]);
    const notify = resolveNotify(entry.draft, ['vrrp', entry.index], resolution);
    const { notify_priority_changes = group?.notifiesPriority ?? draft.vrrp_notify_priority_changes } =
      entry.draft;
    return entry.instances.map(
      (instance, index): VrrpInstanceConfig => ({
        ...instance,
        // The halves of a router with both families move as one: who is notified need not be told twice.
        ...(index === 0 && notify !== undefined && { notify }),
        ...(notify_priority_changes === true && { notifiesPriority: true }),
        ...(trackers.length > 0 && { trackers }),
        ...(group !== undefined && { syncGroup: group.name }),
        ...(group?.notify !== undefined && { groupNotify: group.notify }),
      }),
    );
  });
  const defined = [tracked.scripts, tracked.files, tracked.processes].some((all) => all.length > 0);
  return { vrrp, ...(defined && { tracked }) };
}

function distinct(trackers: readonly Tracker[]): readonly Tracker[] {
  const seen = new Map(trackers.map((tracker) => [JSON.stringify(tracker), tracker]));
  return [...seen.values()];
}
