// When a sync group has a new state for whoever is notified: once all of its members have it, as keepalived runs the
// group's scripts after those of the members. In between, while some have changed and others not yet, the group is what it
// was. It runs nothing. Source: keepalived/vrrp/vrrp_sync.c.
import type { VrrpInstanceConfig, VrrpNotifyConfig } from '../../model/config/router.ts';
import type { NotifiedState } from './told.ts';

export type NotifiedGroup = {
  readonly name: string;
  readonly members: readonly string[];
  readonly notify: VrrpNotifyConfig;
};

export type GroupStates = {
  readonly configure: (instances: readonly VrrpInstanceConfig[]) => void;
  /** @returns the group that has a new state now that this member has. */
  readonly changedBy: (instance: string) => NotifiedGroup | undefined;
  /** What each group that is configured was told last. */
  readonly told: () => readonly { readonly name: string; readonly state: NotifiedState }[];
};

/** @param stateOf what each router was told last. */
export function createGroupStates(stateOf: (instance: string) => NotifiedState | undefined): GroupStates {
  let groups: readonly NotifiedGroup[] = [];
  /** What each group was told last. */
  const told = new Map<string, NotifiedState>();

  return {
    configure: (instances) => {
      const names = new Set(instances.map(({ name }) => name));
      // One whose members leave all still has its STOP to be told.
      const left = groups.filter(({ members }) => !members.some((name) => names.has(name)));
      const now = groupsIn(instances);
      groups = [...now, ...left.filter(({ name }) => !now.some((group) => group.name === name))];
    },
    changedBy: (instance) => {
      const group = groups.find(({ members }) => members.includes(instance));
      const state = stateOf(instance);
      if (group === undefined || state === undefined || told.get(group.name) === state) return undefined;
      if (!group.members.every((member) => stateOf(member) === state)) return undefined;
      told.set(group.name, state);
      return group;
    },
    told: () =>
      groups.flatMap(({ name }) => {
        const state = told.get(name);
        return state === undefined ? [] : [{ name, state }];
      }),
  };
}

function groupsIn(instances: readonly VrrpInstanceConfig[]): readonly NotifiedGroup[] {
  const names = new Set(instances.flatMap(({ syncGroup }) => syncGroup ?? []));
  return [...names].map((name) => {
    const members = instances.filter(({ syncGroup }) => syncGroup === name);
    return {
      name,
      members: members.map((member) => member.name),
      notify: members[0]?.groupNotify ?? {},
    };
  });
}
