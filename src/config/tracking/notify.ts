// The commands that are told of a transition of a virtual router or a sync group, in keepalived's words, and as whom each runs.
// Source: keepalived.conf(5), keepalived/vrrp/vrrp_parser.c (vrrp_notify_deleted_handler).
import type * as z from 'zod';
import type { NotifyProgram, VrrpNotifyConfig } from '../../model/config/router.ts';
import { warningAt } from '../problem.ts';
import { present, type Resolution } from '../resolution.ts';
import { command, commandWords } from '../values/command-words.ts';
import { optional } from '../values/documented.ts';
import { flag, readFlag, scalar, userName } from '../values/scalars.ts';

const userOf = (key: string) =>
  optional(userName(), `The user that ${key} runs as, USER or USER:GROUP. Default: script_user, else root.`);

/** Of a router and of a group. */
const usersShape = {
  notify_master_user: userOf('notify_master'),
  notify_backup_user: userOf('notify_backup'),
  notify_fault_user: userOf('notify_fault'),
  notify_stop_user: userOf('notify_stop'),
  notify_user: userOf('notify'),
} as const;

const prioritiesShape = {
  notify_priority_changes: optional(
    flag(),
    'Whether FIFOs get a line for each new priority too. Default: that of its sync group, else vrrp_notify_priority_changes.',
  ),
} as const;

/** A command, or only whether it is told. */
const commandOrFlag = scalar(
  'the absolute path of a program, with arguments, or yes or no',
  (text): readonly string[] | boolean | undefined => readFlag(text) ?? commandWords(text),
  { type: ['string', 'boolean'] },
);

/** In a virtual router. */
export const notifyShape = {
  notify_master: optional(command(), 'A command to run on becoming active.'),
  notify_backup: optional(command(), 'A command to run on becoming backup.'),
  notify_fault: optional(command(), 'A command to run on a fault.'),
  notify_stop: optional(command(), 'A command to run when the router has stopped.'),
  notify_deleted: optional(
    commandOrFlag,
    'A command to run when a reload has taken the router away, or yes: that is told of as DELETED, and not as FAULT.',
    'no',
  ),
  notify_master_rx_lower_pri: optional(
    command(),
    'A command to run when the active hears another that is active with a lower priority.',
  ),
  notify: optional(
    command(),
    'A command to run on each new state, with `INSTANCE NAME STATE PRIORITY` behind it.',
  ),
  ...usersShape,
  notify_deleted_user: userOf('notify_deleted'),
  notify_master_rx_lower_pri_user: userOf('notify_master_rx_lower_pri'),
  ...prioritiesShape,
} as const;

/** In a sync group. */
export const groupNotifyShape = {
  notify_master: optional(command(), 'A command to run once all members are active.'),
  notify_backup: optional(command(), 'A command to run once all members are backup.'),
  notify_fault: optional(command(), 'A command to run once all members are in fault, as one of them is.'),
  notify_stop: optional(command(), 'A command to run when all members have stopped.'),
  notify: optional(command(), 'A command to run on each of these, with `GROUP NAME STATE 0` behind it.'),
  ...usersShape,
  ...prioritiesShape,
} as const;
export type NotifyDraft = z.output<z.ZodObject<typeof notifyShape>>;

/** Keys of programs, by what they are told of. */
export const notifyKeys = {
  MASTER: 'notify_master',
  BACKUP: 'notify_backup',
  FAULT: 'notify_fault',
  STOP: 'notify_stop',
  DELETED: 'notify_deleted',
  MASTER_RX_LOWER_PRI: 'notify_master_rx_lower_pri',
  every: 'notify',
} as const;
type NotifyKey = (typeof notifyKeys)[keyof typeof notifyKeys];

/** At the top level. */
export const priorityChangesShape = {
  vrrp_notify_priority_changes: optional(
    flag(),
    'Whether FIFOs get a line for each new priority of a virtual router too.',
    'no',
  ),
} as const;

export type PriorityChangesDraft = z.output<z.ZodObject<typeof priorityChangesShape>>;

/** The program that stands at a key, and its user; undefined where there is none. */
export function programAt(draft: NotifyDraft, key: NotifyKey): NotifyProgram | undefined {
  const words = draft[key];
  if (words === undefined || typeof words === 'boolean') return undefined;
  return { command: words, ...present({ user: draft[`${key}_user`] }) };
}

/** Undefined where nobody is told. @param path of the entry */
export function resolveNotify(
  draft: NotifyDraft,
  path: readonly (string | number)[],
  resolution: Resolution,
): VrrpNotifyConfig | undefined {
  judgeUsers(draft, path, resolution);
  const programs = Object.entries(notifyKeys).map(([state, key]) => [state, programAt(draft, key)]);
  const { notify_deleted = false } = draft;
  const notify: VrrpNotifyConfig = {
    ...present(Object.fromEntries(programs) as Partial<VrrpNotifyConfig>),
    ...(notify_deleted !== false && { tellsDeleted: true }),
  };
  return Object.keys(notify).length === 0 ? undefined : notify;
}

function judgeUsers(
  draft: NotifyDraft,
  path: readonly (string | number)[],
  { problems, sites }: Resolution,
): void {
  for (const key of Object.values(notifyKeys)) {
    const userKey = `${key}_user` as const;
    if (draft[userKey] !== undefined && programAt(draft, key) === undefined)
      problems.push(warningAt(sites(...path, userKey), `use ${userKey}`, `${key} beside it`, 'none'));
  }
}
