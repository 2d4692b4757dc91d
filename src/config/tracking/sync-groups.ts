// Sync groups: virtual routers that move as one, and so have one priority.
import * as z from 'zod';
import type { VrrpNotifyConfig } from '../../model/config/router.ts';
import type { Tracker } from '../../model/tracking.ts';
import { errorAt, warningAt } from '../problem.ts';
import { present, type Resolution } from '../resolution.ts';
import { optional, required } from '../values/documented.ts';
import { plainName } from '../values/scalars.ts';
import { didYouMean } from '../values/suggest.ts';
import { resolveNamed } from './definitions.ts';
import { groupNotifyShape, resolveNotify } from './notify.ts';
import type { RouterEntry } from './router-entry.ts';
import { resolveTrackers, type Targets, trackShape } from './track.ts';

export const groupSchema = z.strictObject({
  name: required(plainName, 'What `status` calls it.'),
  group: required(
    z
      .array(plainName, { error: 'a list of virtual routers' })
      .min(1, { error: 'at least one virtual router' }),
    'The virtual routers that move as one.',
  ),
  ...trackShape,
  ...groupNotifyShape,
});

/** At the top level. */
export const syncGroupShape = {
  vrrp_sync_group: optional(z.array(groupSchema.optional()), 'Virtual routers that move as one.'),
} as const;
export type SyncGroupsDraft = z.output<z.ZodObject<typeof syncGroupShape>>;

/** With what it tracks itself. */
export type SyncGroup = {
  readonly name: string;
  readonly members: readonly RouterEntry[];
  readonly trackers: readonly Tracker[];
  readonly notify?: VrrpNotifyConfig;
  readonly notifiesPriority?: boolean;
};

export function resolveSyncGroups(
  draft: SyncGroupsDraft,
  entries: readonly RouterEntry[],
  targets: Targets,
  resolution: Resolution,
): readonly SyncGroup[] {
  const { sites, problems } = resolution;
  const taken = new Map<RouterEntry, string>();
  const known = entries.map((entry) => entry.draft.name);
  return resolveNamed('vrrp_sync_group', draft.vrrp_sync_group, resolution).map(({ entry: group, index }) => {
    const members = group.group.flatMap((name, i) => {
      const at = sites('vrrp_sync_group', index, 'group', i);
      const member = entries.find((entry) => entry.draft.name === name);
      if (member === undefined) {
        const rule = `the name of a virtual router${didYouMean(name, known)}`;
        problems.push(errorAt(at, 'add to the sync group', rule, name));
        return [];
      }
      const other = taken.get(member);
      if (other !== undefined) {
        problems.push(errorAt(at, 'add to the sync group', `a router that is in none yet (${other})`, name));
        return [];
      }
      taken.set(member, group.name);
      return [member];
    });
    judgeMembers(members, group.group.length, index, resolution);
    const trackers = resolveTrackers(group, ['vrrp_sync_group', index], targets, resolution);
    const notify = resolveNotify(group, ['vrrp_sync_group', index], resolution);
    const notifiesPriority = group.notify_priority_changes;
    return { name: group.name, members, trackers, ...present({ notify, notifiesPriority }) };
  });
}

function judgeMembers(
  members: readonly RouterEntry[],
  named: number,
  index: number,
  { sites, problems }: Resolution,
): void {
  const at = sites('vrrp_sync_group', index, 'group');
  if (named === 1) problems.push(warningAt(at, 'move as one', 'at least two virtual routers', '1'));
  // Elections on several links that do not agree would have each director give the group to the other.
  const priorities = [
    ...new Set(members.flatMap(({ instances }) => instances.map(({ priority }) => priority))),
  ];
  if (priorities.length > 1) {
    problems.push(
      warningAt(at, 'move as one', 'the same priority in every member', priorities.join(' and ')),
    );
  }
}
