// The sync groups of this director: after every step of a member, its group is looked at, and the others are told
// what follows for them, until it is at rest. What follows is vrrp/sync-group.ts's decision.
import { type GroupEvent, type GroupMember, groupEvents } from '../vrrp/sync-group.ts';

/** A group at rest is reached in far fewer rounds; a rule that never rests must not hang the process. */
const roundsMax = 32;

export type GroupedRouter = {
  readonly syncGroup: () => string | undefined;
  readonly groupMember: () => GroupMember;
  readonly onGroupEvent: (event: GroupEvent) => void;
};

/** @returns looks at every group. Called from within a step of a member, it does nothing but look once more. */
export function createSyncGroups(routers: () => readonly GroupedRouter[]): () => void {
  let settling = false;

  function round(): boolean {
    let moved = false;
    for (const members of groupsOf(routers()).values()) {
      const events = groupEvents(members.map((router) => router.groupMember()));
      for (const [i, event] of events.entries()) {
        if (event === undefined) continue;
        moved = true;
        members[i]?.onGroupEvent(event);
      }
    }
    return moved;
  }

  return () => {
    if (settling) return;
    settling = true;
    for (let rounds = 0; rounds < roundsMax && round(); rounds += 1);
    settling = false;
  };
}

function groupsOf(routers: readonly GroupedRouter[]): ReadonlyMap<string, readonly GroupedRouter[]> {
  const groups = new Map<string, GroupedRouter[]>();
  for (const router of routers) {
    const name = router.syncGroup();
    if (name !== undefined) groups.set(name, [...(groups.get(name) ?? []), router]);
  }
  return groups;
}
