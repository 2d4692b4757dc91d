// Runs the notify scripts of virtual routers and of sync groups as keepalived does: notify_master and the like as they are
// written, notify with INSTANCE or GROUP, the name, the state and the priority (0 of a group) behind it; those of one router
// or group in the order of its states. When a group has a state is group-states.ts's.

import type { Journal, JournalEvent } from '../../journal/event.ts';
import type { VrrpInstanceConfig, VrrpNotifyConfig } from '../../model/config/router.ts';
import type { Phase } from '../../model/vrrp.ts';
import type { VrrpSupervisor } from '../vrrp/supervisor.ts';
import type { CommandQueue } from './command-queue.ts';
import { createGroupStates, type NotifiedState } from './group-states.ts';

/** A router that leaves is the master still, for whoever looks from outside. */
const states: Readonly<Partial<Record<Phase, NotifiedState>>> = {
  active: 'MASTER',
  backup: 'BACKUP',
  fault: 'FAULT',
  initialize: 'STOP',
};

/** keepalived has no priority of a group. */
const groupPriority = 0;

export type Notifier = {
  readonly configure: (instances: readonly VrrpInstanceConfig[]) => void;
  /** To be told every event. */
  readonly heard: (event: JournalEvent) => void;
};

/** Who is told of, as keepalived's scripts read it. */
type Subject = {
  readonly kind: 'INSTANCE' | 'GROUP';
  readonly name: string;
  readonly state: NotifiedState;
  readonly priority: number;
};

export function createNotifier({
  journal,
  queue,
}: {
  readonly journal: Journal;
  readonly queue: CommandQueue;
}): Notifier {
  let scripts = new Map<string, VrrpNotifyConfig>();
  const told = new Map<string, NotifiedState>();
  const groups = createGroupStates((name) => told.get(name));

  function notify(subject: Subject, notifies: VrrpNotifyConfig | undefined): void {
    const { kind, name } = subject;
    for (const command of commandsFor(notifies, subject)) {
      const onEnded = (exit: string) => journal(eventOf(subject, command, exit));
      queue.add(kind === 'GROUP' ? `group ${name}` : `router ${name}`, {
        command: () => ({ request: { command, isAction: true }, onEnded }),
        onLeftOut: () => onEnded('left out'),
      });
    }
  }

  return {
    configure: (instances) => {
      // One that leaves the configuration still has its STOP to be told: what is known of it stays.
      scripts = new Map([...scripts, ...instances.map(({ name, notify = {} }) => [name, notify] as const)]);
      groups.configure(instances);
    },
    heard: (event) => {
      if (event.event !== 'vrrp.transition') return;
      const { instance, to, priority } = event;
      const state = states[to];
      if (state === undefined || told.get(instance) === state) return;
      told.set(instance, state);
      notify({ kind: 'INSTANCE', name: instance, state, priority }, scripts.get(instance));
      const group = groups.changedBy(instance);
      if (group !== undefined)
        notify({ kind: 'GROUP', name: group.name, state, priority: groupPriority }, group.notify);
    },
  };
}

/** The supervisor whose routers are notified for: told the configuration. */
export const withNotifier = (supervisor: VrrpSupervisor, notifier: Notifier): VrrpSupervisor => ({
  ...supervisor,
  start: (instances) => {
    notifier.configure(instances);
    return supervisor.start(instances);
  },
  reconfigure: (instances) => {
    notifier.configure(instances);
    return supervisor.reconfigure(instances);
  },
});

/** keepalived's order: the one of the state, then the one of all. */
function commandsFor(
  notify: VrrpNotifyConfig = {},
  { kind, name, state, priority }: Subject,
): readonly (readonly string[])[] {
  const ofState = notify[state];
  const { every } = notify;
  return [
    ...(ofState === undefined ? [] : [ofState]),
    ...(every === undefined ? [] : [[...every, kind, name, state, String(priority)]]),
  ];
}

function eventOf({ kind, name, state }: Subject, words: readonly string[], exit: string): JournalEvent {
  const how = { state, command: words.join(' '), exit };
  return kind === 'GROUP'
    ? { event: 'vrrp.group_notified', group: name, ...how }
    : { event: 'vrrp.notified', instance: name, ...how };
}
