// Scripts, files and processes that are defined and that no virtual router or sync group tracks: none of them runs or is read.
// keepalived says so too.

import { warningAt } from '../problem.ts';
import type { Resolution } from '../resolution.ts';
import type { DefinitionsDraft } from './definitions.ts';
import type { SyncGroupsDraft } from './sync-groups.ts';
import type { TrackDrafts } from './track.ts';

const kinds = [
  { key: 'vrrp_script', by: 'track_script' },
  { key: 'vrrp_track_file', by: 'track_file' },
  { key: 'vrrp_track_process', by: 'track_process' },
] as const;

type Draft = DefinitionsDraft &
  SyncGroupsDraft & { readonly vrrp?: readonly (TrackDrafts | undefined)[] | undefined };

export function judgeUntracked(
  draft: Draft,
  { sites, problems }: Pick<Resolution, 'sites' | 'problems'>,
): void {
  const trackers = [...(draft.vrrp ?? []), ...(draft.vrrp_sync_group ?? [])];
  for (const { key, by } of kinds) {
    const tracked = new Set(trackers.flatMap((each) => (each?.[by] ?? []).map((entry) => entry?.name)));
    for (const [index, defined] of (draft[key] ?? []).entries()) {
      if (defined === undefined || tracked.has(defined.name)) continue;
      const at = sites(key, index, 'name');
      problems.push(warningAt(at, `use ${key}`, `a ${by} that names it`, defined.name));
    }
  }
}
