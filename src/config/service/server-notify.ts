// Programs that a real server has run as it comes and goes, in keepalived's words: notify_up and notify_down of a server; and
// omega, which has the ones of a loss run, and FIFOs told of it, too as the daemon stops. When they run is daemon/commands/server-commands.ts's.
import type { z } from 'zod';
import type { ServerNotifyConfig, VirtualConfig } from '../../model/config/service.ts';
import { warningAt } from '../problem.ts';
import { present, type Resolution, type Site } from '../resolution.ts';
import { command } from '../values/command-words.ts';
import { optional } from '../values/documented.ts';
import { flag, userName } from '../values/scalars.ts';
import type { Subject } from './subject.ts';

/** Of a real server. */
export const notifyOfServerShape = {
  notify_up: optional(
    command(),
    'A program to run when it comes up; with its arguments, quoted as in a shell, and nothing more.',
  ),
  notify_down: optional(command(), 'A program to run when it goes down, or leaves the configuration.'),
  notify_user: optional(
    userName(),
    'The user that both run as. Default: script_user, else keepalived_script or nobody.',
  ),
} as const;
type NotifyDraft = z.output<z.ZodObject<typeof notifyOfServerShape>>;

/** At the top level and in a virtual service. */
export const omegaShape = {
  omega: optional(
    flag(),
    'Whether a stop of the daemon runs quorum_down of a service that has its quorum, and notify_down of servers that are up, and tells FIFOs of both.',
    'no',
  ),
} as const;
/** At the top level: both tell of services (config/tracking/fifos.ts). */
export type FifosOfServices = {
  readonly notify_fifo?: string | undefined;
  readonly lvs_notify_fifo?: string | undefined;
};
type OmegaDraft = z.output<z.ZodObject<typeof omegaShape>>;

/** Undefined where nothing is said of it. */
export function resolveServerNotify(
  { notify_up, notify_down, notify_user }: NotifyDraft,
  site: Site,
  { problems }: Resolution,
): ServerNotifyConfig | undefined {
  if (notify_up === undefined && notify_down === undefined) {
    const rule = 'notify_up or notify_down beside it';
    if (notify_user !== undefined)
      problems.push(warningAt(site('notify_user'), 'use notify_user', rule, 'neither'));
    return undefined;
  }
  return present({ up: notify_up, down: notify_down, user: notify_user });
}

/** A server that is never checked neither comes nor goes; with a file of servers nobody knows yet. */
export function judgeOmega(
  virtual: VirtualConfig,
  { draft, globals, site, resolution }: Subject<OmegaDraft, FifosOfServices>,
): void {
  if (draft.omega !== true || virtual.realFile !== undefined) return;
  if (globals.notify_fifo !== undefined || globals.lvs_notify_fifo !== undefined) return;
  const { reals, namedReals = [], quorum } = virtual;
  const runs = [...reals, ...namedReals].some(({ notify }) => notify?.down !== undefined);
  if (runs || quorum?.down !== undefined) return;
  const rule = 'quorum_down, notify_down of a server, or a FIFO that tells of services';
  resolution.problems.push(warningAt(site('omega'), 'use omega', rule, 'none'));
}

export function judgeServerNotify(virtual: VirtualConfig, { problems }: Pick<Resolution, 'problems'>): void {
  if (virtual.checktype.kind !== 'off') return;
  for (const { notify, at } of [...virtual.reals, ...(virtual.namedReals ?? [])])
    if (notify !== undefined)
      problems.push(
        warningAt(at, 'tell when the server comes and goes', 'servers that are checked', 'checktype off'),
      );
}
