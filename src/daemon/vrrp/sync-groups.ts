// The sync groups of this director, and who is in them: after every step of a member its group is looked at, and
// the members are told what follows for them, until it is at rest. What follows is vrrp/sync-group.ts's decision.
import type { VrrpInstanceConfig } from '../../model/config/router.ts';
import type { FullReason } from '../../model/vrrp.ts';
import { groupEvents } from '../../vrrp/sync-group.ts';
import type { VrrpSnapshot } from './messages.ts';
import type { GroupedRouter, InstanceSnapshot, RouterShell } from './router/router-ports.ts';

/** A group at rest is reached in far fewer rounds; a rule that never rests must not hang the process. */
const roundsMax = 32;

/** @returns looks at that group. Called from within a step of a member that it made itself, it does nothing. */
export function createSyncGroups(
  membersOf: (group: string) => readonly GroupedRouter[],
): (group: string) => void {
  const settling = new Set<string>();

  function round(members: readonly GroupedRouter[]): boolean {
    const events = groupEvents(members.map((router) => router.groupMember()));
    for (const [i, event] of events.entries()) if (event !== undefined) members[i]?.onGroupEvent(event);
    return events.some((event) => event !== undefined);
  }

  return (group) => {
    if (settling.has(group)) return;
    settling.add(group);
    const members = membersOf(group);
    for (let rounds = 0; rounds < roundsMax && round(members); rounds += 1);
    settling.delete(group);
  };
}

/** What an earlier process said of it last; nothing where its sync group was not active as a whole. */
export function resumedAs(
  { name, syncGroup }: VrrpInstanceConfig,
  instances: readonly VrrpInstanceConfig[],
  resume: VrrpSnapshot | undefined,
): InstanceSnapshot | undefined {
  const snapshotOf = (wanted: string) => resume?.instances.find((entry) => entry.name === wanted);
  const members = instances.filter((each) => syncGroup !== undefined && each.syncGroup === syncGroup);
  return members.every((member) => snapshotOf(member.name)?.phase === 'active')
    ? snapshotOf(name)
    : undefined;
}

export function groupsOf(
  instances: readonly VrrpInstanceConfig[],
  routers: readonly RouterShell[],
): ReadonlyMap<string, readonly RouterShell[]> {
  const groups = new Map<string, RouterShell[]>();
  for (const [i, { syncGroup }] of instances.entries()) {
    const router = routers[i];
    if (syncGroup === undefined || router === undefined) continue;
    groups.set(syncGroup, [...(groups.get(syncGroup) ?? []), router]);
  }
  return groups;
}

/** The first member of a sync group beside `name` that cannot take part, and why. */
export function groupFaultOf(name: string, members: readonly RouterShell[]): FullReason | undefined {
  for (const member of members) {
    const other = member.config().name;
    const fault = other === name ? undefined : member.ownFault();
    if (fault !== undefined) return `group_fault: ${other}: ${fault}`;
  }
  return undefined;
}
