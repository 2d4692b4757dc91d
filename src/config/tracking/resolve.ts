// What virtual routers track, looked up: every name becomes a tracker with its weight, and the members of a sync
// group get the trackers of all of them, because a group has one priority. Names of nothing are errors.

import type { Config } from '../../model/config/config.ts';
import type { VrrpInstanceConfig, VrrpNotifyConfig } from '../../model/config/router.ts';
import type { VirtualConfig } from '../../model/config/service.ts';
import type { TrackedConfig } from '../../model/config/tracked.ts';
import { formatServiceId } from '../../model/ipvs.ts';
import type { Tracker } from '../../model/tracking.ts';
import { formatEndpoint } from '../../net/endpoint.ts';
import { trackDefaults as defaults } from '../defaults.ts';
import { errorAt, warningAt } from '../problem.ts';
import { present, type Resolution } from '../resolution.ts';
import { didYouMean } from '../values/suggest.ts';
import type { NotifyDraft, TrackDraft, TrackDrafts, TrackingDraft } from './keys.ts';

export type TrackedRouters = Pick<Config, 'vrrp' | 'tracked'>;

/** An entry of `vrrp`, and what it has become. */
export type RouterEntry = {
  readonly index: number;
  readonly draft: TrackDrafts &
    NotifyDraft & { readonly name: string; readonly interface?: string | undefined };
  readonly instances: readonly VrrpInstanceConfig[];
};

type Path = readonly (string | number)[];
/** What a name may refer to: the name that findings go by, and the weight where the reference gives none. */
type Target = { readonly name: string; readonly weight: number };
type Targets = Readonly<Record<Exclude<Tracker['kind'], 'interface'>, ReadonlyMap<string, Target>>>;

export function resolveTracking(
  draft: TrackingDraft,
  entries: readonly RouterEntry[],
  virtuals: readonly VirtualConfig[],
  resolution: Resolution,
): TrackedRouters {
  const tracked = trackedOf(draft, resolution);
  const targets = targetsOf(draft, virtuals);
  const groups = resolveGroups(draft, entries, targets, resolution);
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
    const notify = notifyOf(entry.draft);
    return entry.instances.map(
      (instance, index): VrrpInstanceConfig => ({
        ...instance,
        // The halves of a router with both families move as one: who is notified need not be told twice.
        ...(index === 0 && notify !== undefined && { notify }),
        ...(trackers.length > 0 && { trackers }),
        ...(group !== undefined && { syncGroup: group.name }),
      }),
    );
  });
  const defined = [tracked.scripts, tracked.files, tracked.processes].some((all) => all.length > 0);
  return { vrrp, ...(defined && { tracked }) };
}

function trackedOf(draft: TrackingDraft, resolution: Resolution): TrackedConfig {
  return {
    scripts: definitions('vrrp_script', draft.vrrp_script, resolution).map(({ entry, at }) => ({
      name: entry.name,
      command: entry.script,
      intervalMs: entry.interval ?? defaults.interval,
      timeoutMs: entry.timeout ?? entry.interval ?? defaults.interval,
      rise: entry.rise ?? defaults.rise,
      fall: entry.fall ?? defaults.fall,
      ...present({ user: entry.user }),
      at,
    })),
    files: definitions('vrrp_track_file', draft.vrrp_track_file, resolution).map(({ entry, at }) => ({
      name: entry.name,
      file: entry.file,
      at,
    })),
    processes: definitions('vrrp_track_process', draft.vrrp_track_process, resolution).map(
      ({ entry, at }) => ({
        name: entry.name,
        program: entry.process,
        paramMatch: entry.param_match ?? defaults.param_match,
        quorum: entry.quorum ?? defaults.quorum,
        intervalMs: entry.interval ?? defaults.interval,
        ...present({ parameters: entry.parameters, quorumMax: entry.quorum_max }),
        at,
      }),
    ),
  };
}

function notifyOf(draft: NotifyDraft): VrrpNotifyConfig | undefined {
  const notify = present({
    MASTER: draft.notify_master,
    BACKUP: draft.notify_backup,
    FAULT: draft.notify_fault,
    STOP: draft.notify_stop,
    every: draft.notify,
  });
  return Object.keys(notify).length === 0 ? undefined : notify;
}

/** Each with its place; a name that stands twice is an error. */
function definitions<T extends { readonly name: string }>(
  key: string,
  drafts: readonly (T | undefined)[] = [],
  { sites, problems }: Resolution,
) {
  const seen = new Set<string>();
  return drafts.flatMap((entry, index) => {
    if (entry === undefined) return [];
    if (seen.has(entry.name)) {
      problems.push(
        errorAt(sites(key, index, 'name'), `define ${key}`, 'each name once', `${entry.name} again`),
      );
    }
    seen.add(entry.name);
    return [{ entry, index, at: sites(key, index) }];
  });
}

function targetsOf(draft: TrackingDraft, virtuals: readonly VirtualConfig[]): Targets {
  const named = (
    drafts: readonly ({ name: string; weight?: number | undefined } | undefined)[] = [],
    weight = 0,
  ) =>
    new Map(
      drafts.flatMap((each) =>
        each ? [[each.name, { name: each.name, weight: each.weight ?? weight }]] : [],
      ),
    );
  return {
    script: named(draft.vrrp_script),
    file: named(draft.vrrp_track_file, defaults.fileWeight),
    process: named(draft.vrrp_track_process),
    virtual: new Map(
      virtuals.flatMap(({ id, servicename }) => {
        const name = formatServiceId(id);
        const short = id.kind === 'address' ? formatEndpoint(id) : name;
        return [name, short, ...(servicename === undefined ? [] : [servicename])].map(
          (word) => [word, { name, weight: 0 }] as const,
        );
      }),
    ),
  };
}

const kinds = ['interface', 'script', 'file', 'process', 'virtual'] as const;

const definedBy = {
  script: 'a vrrp_script',
  file: 'a vrrp_track_file',
  process: 'a vrrp_track_process',
  virtual: 'a virtual service',
} as const;

function resolveTrackers(
  drafts: TrackDrafts,
  path: Path,
  targets: Targets,
  resolution: Resolution,
): readonly Tracker[] {
  return kinds.flatMap((kind) =>
    (drafts[`track_${kind}`] ?? []).flatMap((draft, index) => {
      const target =
        draft && findTarget(kind, draft.name, [...path, `track_${kind}`, index], targets, resolution);
      return draft === undefined || target === undefined ? [] : [trackerOf(kind, draft, target)];
    }),
  );
}

function findTarget(
  kind: Tracker['kind'],
  name: string,
  path: Path,
  targets: Targets,
  { sites, problems }: Resolution,
): Target | undefined {
  if (kind === 'interface') return { name, weight: 0 };
  const known = targets[kind];
  const target = known.get(name);
  if (target !== undefined) return target;
  const rule = `the name of ${definedBy[kind]}${didYouMean(name, [...known.keys()])}`;
  problems.push(errorAt(sites(...path, 'name'), `track ${kind}`, rule, name));
  return undefined;
}

const trackerOf = (kind: Tracker['kind'], draft: TrackDraft, target: Target): Tracker => ({
  kind,
  name: target.name,
  weight: draft.weight ?? target.weight,
  reverse: draft.reverse ?? false,
  ...(kind === 'virtual' && draft.quorum !== undefined && { quorum: draft.quorum }),
});

function judgeTrackers(
  { index, draft, instances }: RouterEntry,
  trackers: readonly Tracker[],
  { sites, problems }: Resolution,
): void {
  const weighted = trackers.find(({ weight }) => weight !== 0);
  if (instances[0]?.priority === 255 && weighted !== undefined) {
    const at = sites('vrrp', index, `track_${weighted.kind}`);
    const rule = 'a priority below 255, which is the owner of the addresses and is never moved';
    problems.push(warningAt(at, 'use the weight', rule, `${weighted.name} weight ${weighted.weight}`));
  }
  for (const [i, each] of (draft.track_interface ?? []).entries()) {
    if (each === undefined || each.name !== draft.interface) continue;
    const rule = 'another interface than its own, which it needs anyway';
    problems.push(
      warningAt(sites('vrrp', index, 'track_interface', i), 'gain from track_interface', rule, each.name),
    );
  }
}

type Group = {
  readonly name: string;
  readonly members: readonly RouterEntry[];
  readonly trackers: readonly Tracker[];
};

function resolveGroups(
  draft: TrackingDraft,
  entries: readonly RouterEntry[],
  targets: Targets,
  resolution: Resolution,
): readonly Group[] {
  const { sites, problems } = resolution;
  const taken = new Map<RouterEntry, string>();
  const known = entries.map((entry) => entry.draft.name);
  return definitions('vrrp_sync_group', draft.vrrp_sync_group, resolution).map(({ entry: group, index }) => {
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
    return { name: group.name, members, trackers };
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

function distinct(trackers: readonly Tracker[]): readonly Tracker[] {
  const seen = new Map(trackers.map((tracker) => [JSON.stringify(tracker), tracker]));
  return [...seen.values()];
}
