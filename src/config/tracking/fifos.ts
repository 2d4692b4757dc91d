// FIFOs that get a line for each new state, in keepalived's words: notify_fifo for all, vrrp_notify_fifo for virtual routers and
// their groups, lvs_notify_fifo for services and their servers. What stands in the lines is daemon/commands/told.ts's.
// Source: keepalived.conf(5), keepalived/core/global_parser.c.
import type * as z from 'zod';
import type { FifoConfig, FifoSubject, FifosConfig } from '../../model/config/fifo.ts';
import { action, judgeProgram } from '../judge-program.ts';
import { errorAt, warningAt } from '../problem.ts';
import { present, type Resolution } from '../resolution.ts';
import { command } from '../values/command-words.ts';
import { optional } from '../values/documented.ts';
import { absolutePath, flag, userName } from '../values/scalars.ts';
import type { NotifyDraft, PriorityChangesDraft } from './notify.ts';

const kinds = ['notify_fifo', 'vrrp_notify_fifo', 'lvs_notify_fifo'] as const;
type Kind = (typeof kinds)[number];

const tells: Readonly<Record<Kind, readonly FifoSubject[]>> = {
  notify_fifo: ['routers', 'services'],
  vrrp_notify_fifo: ['routers'],
  lvs_notify_fifo: ['services'],
};

const user = (what: string) =>
  optional(userName(), `Whose ${what}, USER or USER:GROUP. Default: script_user, else the daemon's.`);
const script = () =>
  optional(command(), 'A program to run that reads it; gets its path behind its own words.');
const scriptUser = () =>
  optional(userName(), 'The user that it runs as, USER or USER:GROUP. Default: script_user, else root.');

/** At the top level. */
export const fifoShape = {
  notify_fifo: optional(
    absolutePath(),
    'A FIFO to write a line to for each new state of a virtual router, sync group, service or server.',
  ),
  notify_fifo_user: user('it is when it is made'),
  notify_fifo_script: script(),
  notify_fifo_script_user: scriptUser(),
  vrrp_notify_fifo: optional(absolutePath(), 'One for virtual routers and sync groups alone.'),
  vrrp_notify_fifo_user: user('that one is'),
  vrrp_notify_fifo_script: script(),
  vrrp_notify_fifo_script_user: scriptUser(),
  lvs_notify_fifo: optional(absolutePath(), 'One for services and their servers alone.'),
  lvs_notify_fifo_user: user('that one is'),
  lvs_notify_fifo_script: script(),
  lvs_notify_fifo_script_user: scriptUser(),
  fifo_write_vrrp_states_on_reload: optional(
    flag(),
    'Whether a reload writes the states of all virtual routers and sync groups once more.',
    'no',
  ),
} as const;
type Entries = readonly (Pick<NotifyDraft, 'notify_priority_changes'> | undefined)[] | undefined;
export type FifosDraft = z.output<z.ZodObject<typeof fifoShape>> &
  PriorityChangesDraft & {
    readonly script_user?: string | undefined;
    readonly vrrp?: Entries;
    readonly vrrp_sync_group?: Entries;
  };

/** Undefined where there is none. */
export function resolveFifos(draft: FifosDraft, resolution: Resolution): FifosConfig | undefined {
  const fifos = kinds.flatMap((kind) => resolveFifo(kind, draft, resolution));
  judgePaths(draft, resolution);
  judgeRouterKeys(draft, fifos, resolution);
  if (fifos.length === 0) return undefined;
  return { fifos, statesOnReload: draft.fifo_write_vrrp_states_on_reload === true };
}

function resolveFifo(kind: Kind, draft: FifosDraft, resolution: Resolution): readonly FifoConfig[] {
  const { problems, sites } = resolution;
  const path = draft[kind];
  const [ownerKey, scriptKey, userKey] = [`${kind}_user`, `${kind}_script`, `${kind}_script_user`] as const;
  const needs = (key: keyof FifosDraft, beside: string) =>
    problems.push(warningAt(sites(key), `use ${key}`, `${beside} beside it`, 'none'));
  if (draft[userKey] !== undefined && draft[scriptKey] === undefined) needs(userKey, scriptKey);
  if (path === undefined) {
    for (const key of [ownerKey, scriptKey]) if (draft[key] !== undefined) needs(key, kind);
    return [];
  }
  const runsAs = draft[userKey] ?? draft.script_user;
  judgeProgram(draft[scriptKey]?.[0], { ...present({ user: runsAs }), ...action }, [scriptKey], resolution);
  const owner = draft[ownerKey] ?? draft.script_user;
  const program = { script: draft[scriptKey], scriptUser: draft[userKey] };
  return [{ path, tells: tells[kind], ...present({ owner, ...program }) }];
}

/** keepalived.conf(5): the names must all be different. */
function judgePaths(draft: FifosDraft, { problems, sites }: Resolution): void {
  const taken = new Map<string, Kind>();
  for (const kind of kinds) {
    const path = draft[kind];
    if (path === undefined) continue;
    const other = taken.get(path);
    if (other !== undefined)
      problems.push(errorAt(sites(kind), `open ${kind}`, `another path than that of ${other}`, path));
    taken.set(path, other ?? kind);
  }
}

/** What is written of routers only where there is a FIFO for it. */
function judgeRouterKeys(
  draft: FifosDraft,
  fifos: readonly FifoConfig[],
  { problems, sites }: Resolution,
): void {
  if (fifos.some((fifo) => fifo.tells.includes('routers'))) return;
  const rule = 'notify_fifo or vrrp_notify_fifo';
  const warn = (...path: readonly [...(string | number)[], string]) =>
    problems.push(warningAt(sites(...path), `use ${path.at(-1)}`, rule, 'neither'));
  for (const key of ['fifo_write_vrrp_states_on_reload', 'vrrp_notify_priority_changes'] as const)
    if (draft[key] === true) warn(key);
  for (const section of ['vrrp', 'vrrp_sync_group'] as const)
    for (const [index, entry] of (draft[section] ?? []).entries())
      if (entry?.notify_priority_changes === true) warn(section, index, 'notify_priority_changes');
}

/** Whether one of their programs names no user of its own. */
export const fifosRunAsScriptUser = (draft: FifosDraft): boolean =>
  kinds.some((kind) => draft[kind] !== undefined && usesScriptUser(kind, draft));

const usesScriptUser = (kind: Kind, draft: FifosDraft): boolean =>
  draft[`${kind}_user`] === undefined ||
  (draft[`${kind}_script`] !== undefined && draft[`${kind}_script_user`] === undefined);
