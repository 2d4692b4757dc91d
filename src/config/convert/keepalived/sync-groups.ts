// vrrp_sync_group as entries of `vrrp_sync_group`: the members stand in group {...}, or, as of old, in the block itself.
// keepalived takes the first group of a name, its first list of members, and a member for the first group that names it.
// Source: keepalived/vrrp/vrrp_parser.c, keepalived/vrrp/vrrp_sync.c.
import type { Fields, Noting } from '../converted.ts';
import { cleanName, nameOf, type References, trackKeys, tracksOf } from './tracking.ts';
import { firstOf, type Statement } from './tree.ts';

export type GroupSurroundings = {
  readonly instances: ReadonlySet<string>;
  readonly references: References;
  readonly note: Noting;
};

export function syncGroupsOf(statements: readonly Statement[], around: GroupSurroundings): readonly Fields[] {
  const names = new Set<string>();
  const grouped = new Set<string>();
  return statements.flatMap((statement) => {
    const name = nameOf(statement);
    if (names.has(name)) {
      const text = `vrrp_sync_group ${statement.text}: left out, as keepalived takes the first of the name`;
      around.note(statement.at, 'ignored', text);
      return [];
    }
    names.add(name);
    const members = membersOf(statement, grouped, around);
    for (const member of members) grouped.add(member);
    noteOthers(statement, around);
    if (members.length > 0)
      return [{ name, group: members, ...tracksOf(statement, around.references, around.note) }];
    around.note(statement.at, 'missing', `vrrp_sync_group ${statement.text}: left out, as it has no member`);
    return [];
  });
}

const known: ReadonlySet<string> = new Set(['group', ...trackKeys]);

/** Instances that stand in the block itself, where no group does. */
const isBare = ({ block }: Statement, key: string, { instances }: GroupSurroundings): boolean =>
  firstOf(block, 'group') === undefined && instances.has(cleanName(key));

function membersOf(
  statement: Statement,
  grouped: ReadonlySet<string>,
  around: GroupSurroundings,
): readonly string[] {
  const { block, at, text } = statement;
  const lines =
    firstOf(block, 'group')?.block ??
    (block ?? []).filter(({ key, words }) => words.length === 0 && isBare(statement, key, around));
  const named = new Set(lines.flatMap(({ key, words }) => [key, ...words]).map(cleanName));
  return [...named].filter((name) => {
    const reason = !around.instances.has(name)
      ? 'which is no virtual router'
      : grouped.has(name)
        ? 'which is in another group before'
        : undefined;
    if (reason !== undefined) {
      const kind = grouped.has(name) ? 'ignored' : 'missing';
      around.note(at, kind, `vrrp_sync_group ${text}: without ${name}, ${reason}`);
    }
    return reason === undefined;
  });
}

function noteOthers(statement: Statement, around: GroupSurroundings): void {
  const { block } = statement;
  const first = firstOf(block, 'group');
  for (const { key, at } of block ?? []) {
    if (!known.has(key) && !isBare(statement, key, around)) {
      const text = `vrrp_sync_group ${key}: left out, as nothing corresponds to it`;
      around.note(at, { word: key }, text);
    } else if (key === 'group' && first !== undefined && first.at !== at) {
      around.note(at, 'ignored', 'vrrp_sync_group group: left out, as keepalived takes the first');
    }
  }
}
