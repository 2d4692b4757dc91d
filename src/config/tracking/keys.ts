// What virtual routers track, and the sync groups that they form, in keepalived's words: what a router refers to
// (track_*), what it refers to (vrrp_script and the like), and vrrp_sync_group. References are looked up in
// resolve.ts.
import { z } from 'zod';
import { trackDefaults as defaults } from '../defaults.ts';
import { command } from '../values/command-words.ts';
import { optional, required } from '../values/documented.ts';
import { withForm } from '../values/forms.ts';
import {
  absolutePath,
  choice,
  duration,
  filledText,
  flag,
  formatDuration,
  leaf,
  plainName,
  whole,
} from '../values/leaves.ts';
import { parseTrackText } from '../values/track-text.ts';

/** keepalived: enough to take any priority to its floor. */
const weightMax = 253;
const weight = leaf(
  `a whole number from -${weightMax} to ${weightMax}`,
  (text) => {
    const value = /^[+-]?\d{1,3}$/.test(text) ? Number(text) + 0 : Number.NaN;
    return Math.abs(value) <= weightMax ? value : undefined;
  },
  { type: 'integer', minimum: -weightMax, maximum: weightMax },
);

const weightMeaning =
  'Above 0: added to the priority while it is well. Below: taken off while it is not. 0: not well is a fault.';

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
export type TrackDraft = z.output<typeof trackSchema>;

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

/** In a virtual router. */
export const notifyShape = {
  notify_master: optional(command(), 'A command to run on becoming active.'),
  notify_backup: optional(command(), 'A command to run on becoming backup.'),
  notify_fault: optional(command(), 'A command to run on a fault.'),
  notify_stop: optional(command(), 'A command to run when the router has stopped.'),
  notify: optional(
    command(),
    'A command to run on each of these, with `INSTANCE NAME STATE PRIORITY` behind it.',
  ),
} as const;
export type NotifyDraft = z.output<z.ZodObject<typeof notifyShape>>;

export const scriptSchema = z.strictObject({
  name: required(plainName, 'What track_script calls it.'),
  script: required(
    command(),
    'The program and its arguments, quoted as in a shell; no shell runs. Exit 0 is success.',
  ),
  interval: optional(
    duration({ minMs: 10, maxMs: 86_400_000 }),
    'Time from the start of one run to the next, which begins when the last has ended.',
    formatDuration(defaults.interval),
  ),
  timeout: optional(
    duration({ minMs: 10, maxMs: 86_400_000 }),
    'After how long a run counts as failed, and is ended. Default: the interval.',
  ),
  weight: optional(weight, weightMeaning, '0'),
  rise: optional(whole(1, 65_535), 'Successes in a row after which it is well again.', `${defaults.rise}`),
  fall: optional(whole(1, 65_535), 'Failures in a row after which it is not.', `${defaults.fall}`),
  user: optional(plainName, 'The user that it runs as. Default: script_user.'),
});

export const fileSchema = z.strictObject({
  name: required(plainName, 'What track_file calls it.'),
  file: required(absolutePath(), 'The file; its number times the weight is added to the priority.'),
  weight: optional(
    weight,
    'By what its number is multiplied. 0: any number but 0 is a fault.',
    `${defaults.fileWeight}`,
  ),
});

export const processSchema = z.strictObject({
  name: required(plainName, 'What track_process calls it.'),
  process: required(
    filledText(),
    "The program: a path, or its last part as it stands in the process's arguments.",
  ),
  parameters: optional(filledText(), 'Its arguments, blanks between. Unset: any.'),
  param_match: optional(
    choice(['exact', 'initial', 'partial']),
    'Whether the parameters are all of the arguments, their beginning, or a part of them.',
    defaults.param_match,
  ),
  quorum: optional(whole(1, 65_535), 'How many of them must run.', `${defaults.quorum}`),
  quorum_max: optional(whole(1, 65_535), 'How many of them may run. Unset: any number.'),
  interval: optional(
    duration({ minMs: 100, maxMs: 86_400_000 }),
    'How often the processes are looked through.',
    formatDuration(defaults.interval),
  ),
  weight: optional(weight, weightMeaning, '0'),
});

export const groupSchema = z.strictObject({
  name: required(plainName, 'What `status` calls it.'),
  group: required(
    z
      .array(plainName, { error: 'a list of virtual routers' })
      .min(1, { error: 'at least one virtual router' }),
    'The virtual routers that move as one.',
  ),
  ...trackShape,
});

/** At the top level: what can be referred to, and the groups. */
export const definitionShape = {
  vrrp_script: optional(z.array(scriptSchema.optional()), 'Commands that track_script refers to.'),
  vrrp_track_file: optional(z.array(fileSchema.optional()), 'Files that track_file refers to.'),
  vrrp_track_process: optional(z.array(processSchema.optional()), 'Processes that track_process refers to.'),
} as const;
export const syncGroupShape = {
  vrrp_sync_group: optional(z.array(groupSchema.optional()), 'Virtual routers that move as one.'),
} as const;
export type TrackingDraft = z.output<z.ZodObject<typeof definitionShape & typeof syncGroupShape>>;
