// What a virtual router or a sync group tracks: every name becomes a tracker with its weight. A name of nothing is an error.
import * as z from 'zod';
import type { VrrpInstanceConfig } from '../../model/config/router.ts';
import type { VirtualConfig } from '../../model/config/service.ts';
import { formatServiceId } from '../../model/ipvs.ts';
import type { Tracker } from '../../model/tracking.ts';
import { formatEndpoint } from '../../net/endpoint.ts';
import { trackDefaults as defaults } from '../defaults.ts';
import { errorAt, warningAt } from '../problem.ts';
import type { Resolution } from '../resolution.ts';
import { optional, required } from '../values/documented.ts';
import { withForm } from '../values/forms.ts';
import { filledText, flag, whole } from '../values/scalars.ts';
import { didYouMean } from '../values/suggest.ts';
import { parseTrackText } from '../values/track-text.ts';
import type { DefinitionsDraft } from './definitions.ts';
import { weight, weightMeaning } from './weight.ts';

/** One entry of a track_ list; one line of it reads `NAME [weight N] [reverse]`. */
export const trackSchema = withForm(
  z.strictObject({
    name: required(filledText(), 'What is tracked.'),
    weight: optional(weight, `${weightMeaning} Default: that of the definition, or 0.`),
    reverse: optional(flag(), 'Whether the weight counts the other way round.', 'no'),
    quorum: optional(
      whole(1, 65_535),
      'For track_virtual: how many real servers must be up. Unset: those that its own quorum takes, or one.',
    ),
  }),
  {
    readLine: (text) => (text === '' ? undefined : { parts: parseTrackText(text) }),
    alone: { withKey: 'name' },
  },
);
type TrackDraft = z.output<typeof trackSchema>;

const trackList = () => z.array(trackSchema.optional());

/** In a virtual router and in a sync group. */
export const trackShape = {
  track_interface: optional(trackList(), 'Interfaces that must be up: NAME [weight N] [reverse] each.'),
  track_script: optional(trackList(), 'Scripts of vrrp_script that must succeed.'),
  track_file: optional(trackList(), 'Files of vrrp_track_file whose number moves the priority.'),
  track_process: optional(trackList(), 'Processes of vrrp_track_process that must run.'),
  track_virtual: optional(
    trackList(),
    'Virtual services (address, mark or servicename) that must have their quorum, or `quorum` real servers up.',
  ),
} as const;
export type TrackDrafts = z.output<z.ZodObject<typeof trackShape>>;

type Path = readonly (string | number)[];
/** What a name may refer to: the name that findings go by, and the weight where the reference gives none. */
type Target = { readonly name: string; readonly weight: number };
export type Targets = Readonly<Record<Exclude<Tracker['kind'], 'interface'>, ReadonlyMap<string, Target>>>;

/** All that may be tracked by its name. */
export function targetsOf(draft: DefinitionsDraft, virtuals: readonly VirtualConfig[]): Targets {
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

export function resolveTrackers(
  drafts: TrackDrafts,
  path: Path,
  targets: Targets,
  resolution: Resolution,
): readonly Tracker[] {
  return kinds.flatMap((kind) =>
    (drafts[`track_${kind}`] ?? []).flatMap((draft, index) => {
      const target =
        draft &&
        resolveTarget({ kind, name: draft.name }, [...path, `track_${kind}`, index], targets, resolution);
      return draft === undefined || target === undefined ? [] : [trackerOf(kind, draft, target)];
    }),
  );
}

function resolveTarget(
  { kind, name }: Pick<Tracker, 'kind' | 'name'>,
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

type TrackingEntry = {
  readonly index: number;
  readonly draft: TrackDrafts & { readonly interface?: string | undefined };
  readonly instances: readonly VrrpInstanceConfig[];
};

/** Of one entry of `vrrp`. */
export function judgeTrackers(
  { index, draft, instances }: TrackingEntry,
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
