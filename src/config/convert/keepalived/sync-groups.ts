// vrrp_sync_group as entries of `vrrp_sync_group`: the members stand in group {...}, or, as of old, in the block itself.
// keepalived takes the first group of a name, its first list of members, and a member for the first group that names it.
// Source: keepalived/vrrp/vrrp_parser.c, keepalived/vrrp/vrrp_sync.c.
import type { Fields, Noting } from '../converted.ts';
import { reasonOf } from './left-out.ts';
import { groupNotifyKeys, notifiesOf } from './notifies.ts';
import { cleanName, nameOf, type References } from './tracking.ts';
import { trackKeys, tracksOf } from './tracks.ts';
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
    if (members.length > 0 && firstOf(statement.block, 'group') === undefined) {
      const text = `vrrp_sync_group ${statement.text}: taken, though keepalived knows no member outside of group`;
      around.note(statement.at, 'taken', text);
    }
    if (members.length > 0)
      return [
        {
          ...{ name, group: members, ...tracksOf(statement, around) },
          ...notifiesOf(statement, around.note),
        },
      ];
    around.note(statement.at, 'missing', `vrrp_sync_group ${statement.text}: left out, as it has no member`);
    return [];
  });
}

const weighing = ['sync_group_tracking_weight', 'global_tracking'] as const;
const known: ReadonlySet<string> = new Set(['group', ...trackKeys, ...groupNotifyKeys, ...weighing]);

/** Members of groups that do not ask for their weights, by the first group that names each. */
export function weightlessMembers(
  statements: readonly Statement[],
  instances: ReadonlySet<string>,
): ReadonlySet<string> {
  const grouped = new Map<string, Statement>();
  for (const statement of statements)
    for (const name of namesIn(statement, instances)) if (!grouped.has(name)) grouped.set(name, statement);
  const weighs = ({ block }: Statement) => block?.some(({ key }) => weighing.some((each) => each === key));
  return new Set([...grouped].flatMap(([name, statement]) => (weighs(statement) === true ? [] : [name])));
}

/** Instances that stand in the block itself, where no group does. */
const isBare = ({ block }: Statement, key: string, instances: ReadonlySet<string>): boolean =>
  firstOf(block, 'group') === undefined && instances.has(cleanName(key));

function namesIn(statement: Statement, instances: ReadonlySet<string>): ReadonlySet<string> {
  const { block } = statement;
  const lines =
    firstOf(block, 'group')?.block ??
    (block ?? []).filter(({ key, words }) => words.length === 0 && isBare(statement, key, instances));
  return new Set(lines.flatMap(({ key, words }) => [key, ...words]).map(cleanName));
}

function membersOf(
  statement: Statement,
  grouped: ReadonlySet<string>,
  around: GroupSurroundings,
): readonly string[] {
  const { at, text } = statement;
  return [...namesIn(statement, around.instances)].filter((name) => {
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
    if (!known.has(key) && !isBare(statement, key, around.instances)) {
      around.note(at, { word: key }, `vrrp_sync_group ${key}: ${reasonOf(key)}`);
    } else if (weighing.some((each) => each === key)) {
      const text = `vrrp_sync_group ${key}: the weights of one member move all of them alike here`;
      around.note(at, 'approximate', text);
    } else if (key === 'group' && first !== undefined && first.at !== at) {
      around.note(at, 'ignored', 'vrrp_sync_group group: left out, as keepalived takes the first');
    }
  }
}
