// The commands that are told of a transition of a virtual router or a sync group, in keepalived's words.
import type { z } from 'zod';
import type { VrrpNotifyConfig } from '../../model/config/router.ts';
import { present } from '../resolution.ts';
import { command } from '../values/command-words.ts';
import { optional } from '../values/documented.ts';

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

/** In a sync group. */
export const groupNotifyShape = {
  notify_master: optional(command(), 'A command to run once all members are active.'),
  notify_backup: optional(command(), 'A command to run once all members are backup.'),
  notify_fault: optional(command(), 'A command to run once all members are in fault, as one of them is.'),
  notify_stop: optional(command(), 'A command to run when all members have stopped.'),
  notify: optional(command(), 'A command to run on each of these, with `GROUP NAME STATE 0` behind it.'),
} as const;
export type NotifyDraft = z.output<z.ZodObject<typeof notifyShape>>;

/** Undefined where nobody is told. */
export function resolveNotify(draft: NotifyDraft): VrrpNotifyConfig | undefined {
  const notify = present({
    MASTER: draft.notify_master,
    BACKUP: draft.notify_backup,
    FAULT: draft.notify_fault,
    STOP: draft.notify_stop,
    every: draft.notify,
  });
  return Object.keys(notify).length === 0 ? undefined : notify;
}
