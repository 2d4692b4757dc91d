// Whom keepalived tells of a new state (docs/reference/keepalived.md §4): the notify scripts of an instance and of a sync group,
// and the FIFOs of global_defs. Source: keepalived/vrrp/vrrp_parser.c, keepalived/core/global_parser.c, global_data.c.
import type { Fields, Noting } from '../converted.ts';
import { commandOf, userBehind } from './commands.ts';
import { firstOf, isSet, type Statement } from './tree.ts';

const groupScripts = ['notify_master', 'notify_backup', 'notify_fault', 'notify_stop', 'notify'] as const;
const scripts = [...groupScripts, 'notify_deleted', 'notify_master_rx_lower_pri'] as const;

/** Words of a sync group, and those of an instance. */
export const groupNotifyKeys = [...groupScripts, 'notify_priority_changes'] as const;
export const notifyKeys = [...scripts, 'notify_priority_changes'] as const;

/** keepalived takes the first of a kind. Behind the program stand a user and a group. */
export function notifiesOf({ block, key: of }: Statement, note: Noting): Fields {
  const keys: readonly string[] = of === 'vrrp_sync_group' ? groupScripts : scripts;
  for (const { key, at } of block ?? []) {
    const first = keys.includes(key) ? firstOf(block, key) : undefined;
    if (first !== undefined && first.at.line !== at.line)
      note(at, 'ignored', `${key}: left out, as keepalived takes the first (line ${first.at.line})`);
  }
  const programs = keys.flatMap((key) => {
    const statement = firstOf(block, key);
    const program = statement && commandOf(statement, note);
    if (program !== undefined)
      return [[key, program] as const, [`${key}_user`, userBehind(statement)] as const];
    // Without a program it asks for the word alone.
    return key === 'notify_deleted' && statement?.text === '' ? [[key, 'yes'] as const] : [];
  });
  return {
    ...Object.fromEntries(programs),
    notify_priority_changes: flagOf(block, 'notify_priority_changes'),
  };
}

const kinds = ['notify_fifo', 'vrrp_notify_fifo', 'lvs_notify_fifo'] as const;
type Kind = (typeof kinds)[number];

const flags = ['vrrp_notify_priority_changes', 'fifo_write_vrrp_states_on_reload'] as const;

/** Of global_defs. */
export const fifoKeys: readonly string[] = [...kinds, ...kinds.map((kind) => `${kind}_script`), ...flags];

export function fifosOf(globals: readonly Statement[], note: Noting): Fields {
  const found = new Map<Kind, Fields>();
  for (const kind of kinds) {
    const statement = firstOf(globals, kind);
    const script = firstOf(globals, `${kind}_script`);
    const path = statement?.words[0];
    if (statement === undefined || path === undefined) {
      if (script !== undefined)
        note(script.at, 'ignored', `${kind}_script: left out, as there is no ${kind}`);
    } else if (!path.startsWith('/'))
      note(statement.at, 'missing', `${kind} ${path}: left out, as it is no absolute path`);
    else
      found.set(kind, {
        ...{ [kind]: path, [`${kind}_user`]: userBehind(statement) },
        ...(script !== undefined && {
          [`${kind}_script`]: commandOf(script, note),
          [`${kind}_script_user`]: userBehind(script),
        }),
      });
  }
  withoutTwins(found, globals, note);
  const set = flags.map((key) => [key, flagOf(globals, key)] as const);
  return Object.assign({}, ...found.values(), Object.fromEntries(set)) as Fields;
}

/** The FIFO of all comes first with keepalived; two of the others at one path are one of all. */
function withoutTwins(found: Map<Kind, Fields>, globals: readonly Statement[], note: Noting): void {
  const pathOf = (kind: Kind) => found.get(kind)?.[kind];
  const leaveOut = (kind: Kind, reason: string) => {
    const at = firstOf(globals, kind)?.at;
    if (at !== undefined) note(at, 'ignored', `${kind}: left out, as ${reason}`);
    found.delete(kind);
  };
  for (const kind of ['vrrp_notify_fifo', 'lvs_notify_fifo'] as const)
    if (found.has(kind) && pathOf(kind) === pathOf('notify_fifo'))
      leaveOut(kind, 'keepalived writes to notify_fifo alone where both are one');
  const [routers, services] = [found.get('vrrp_notify_fifo'), found.get('lvs_notify_fifo')];
  if (routers === undefined || pathOf('vrrp_notify_fifo') !== pathOf('lvs_notify_fifo')) return;
  if (found.has('notify_fifo')) {
    leaveOut('lvs_notify_fifo', 'one FIFO gets what two are for only as notify_fifo, which is another one');
    return;
  }
  const both = [...Object.entries(services ?? {}), ...Object.entries(routers)].filter(
    ([, value]) => value !== undefined,
  );
  found.clear();
  const renamed = both.map(([key, value]) => [key.replace(/^(?:vrrp|lvs)_/, ''), value] as const);
  found.set('notify_fifo', Object.fromEntries(renamed));
}

/** Undefined where nothing is said of it. */
function flagOf(block: Statement['block'], key: string): string | undefined {
  if (firstOf(block, key) === undefined) return undefined;
  return isSet(block, key) ? 'yes' : 'no';
}
