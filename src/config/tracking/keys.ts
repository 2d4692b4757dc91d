// What virtual routers track, and the sync groups that they form, in keepalived's words: what a router refers to
// (track_*), what it refers to (vrrp_script and the like), and vrrp_sync_group. References are looked up in
// resolve.ts.
import { z } from 'zod';
import { trackDefaults as defaults } from '../defaults.ts';
import { commandWords } from '../values/command-words.ts';
import { optional, required } from '../values/documented.ts';
import {
  absolutePath,
  choice,
  duration,
  filledText,
  flag,
  formatDuration,
  leaf,
  whole,
} from '../values/leaves.ts';

export const nameLeaf = leaf(
  'a name of letters, digits, _, - and .',
  (text) => (/^[\w.-]{1,64}$/.test(text) ? text : undefined),
  { type: 'string' },
);

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

/** A program and its arguments. */
export const command = () =>
  leaf('the absolute path of a program, with arguments', commandWords, { type: 'string', pattern: '^/' });

const weightMeaning =
  'Above 0: added to the priority while it is well. Below: taken off while it is not. 0: not well is a fault.';

/** One entry of a track_ list; one line of it reads `NAME [weight N] [reverse]`. */
export const trackSchema = z.strictObject({
  name: required(filledText(), 'What is tracked.'),
  weight: optional(weight, `${weightMeaning} Default: that of the definition, or 0.`),
  reverse: optional(flag(), 'Whether the weight counts the other way round.', 'no'),
  quorum: optional(
    whole(1, 65_535),
    'For track_virtual: how many real servers must be up. Unset: those that its own quorum takes, or one.',
  ),
});
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

export const scriptSchema = z.strictObject({
  name: required(nameLeaf, 'What track_script calls it.'),
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
  user: optional(nameLeaf, 'The user that it runs as. Default: script_user.'),
});

export const fileSchema = z.strictObject({
  name: required(nameLeaf, 'What track_file calls it.'),
  file: required(absolutePath(), 'The file; its number times the weight is added to the priority.'),
  weight: optional(
    weight,
    'By what its number is multiplied. 0: any number but 0 is a fault.',
    `${defaults.fileWeight}`,
  ),
});

const delay = () => duration({ minMs: 0, maxMs: 255_000 });

export const interfaceSchema = z.strictObject({
  name: required(filledText(), 'The interface.'),
  up_delay: optional(delay(), 'How long it must have been up to count as up: until its port forwards.', '0'),
  down_delay: optional(
    delay(),
    'How long it must have been down to count as down. Less than two advert intervals, or a peer takes over first.',
    '0',
  ),
});

export const processSchema = z.strictObject({
  name: required(nameLeaf, 'What track_process calls it.'),
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
  name: required(nameLeaf, 'What `status` calls it.'),
  group: required(
    z
      .array(nameLeaf, { error: 'a list of virtual routers' })
      .min(1, { error: 'at least one virtual router' }),
    'The virtual routers that move as one.',
  ),
  ...trackShape,
});
