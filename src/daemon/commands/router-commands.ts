// Runs the notify scripts of virtual routers as keepalived does: notify_master and the like as they are written,
// notify with INSTANCE, the name, the state and the priority behind it; those of one router in the order of its states.

import type { Journal, JournalEvent } from '../../journal/event.ts';
import type { VrrpInstanceConfig, VrrpNotifyConfig } from '../../model/config/router.ts';
import type { Phase } from '../../model/vrrp.ts';
import type { VrrpSupervisor } from '../vrrp/supervisor.ts';
import type { CommandQueue } from './command-queue.ts';

type NotifiedState = 'MASTER' | 'BACKUP' | 'FAULT' | 'STOP';

/** A router that leaves is the master still, for whoever looks from outside. */
const states: Readonly<Partial<Record<Phase, NotifiedState>>> = {
  active: 'MASTER',
  backup: 'BACKUP',
  fault: 'FAULT',
  initialize: 'STOP',
};

export type Notifier = {
  readonly configure: (instances: readonly VrrpInstanceConfig[]) => void;
  /** To be told every event. */
  readonly heard: (event: JournalEvent) => void;
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

  function enqueue(instance: string, state: NotifiedState, command: readonly string[]): void {
    const onEnded = (exit: string) =>
      journal({ event: 'vrrp.notified', instance, state, command: command.join(' '), exit });
    queue.add(`router ${instance}`, {
      command: () => ({ request: { command, isAction: true }, onEnded }),
      onLeftOut: () => onEnded('left out'),
    });
  }

  return {
    configure: (instances) => {
      // One that leaves the configuration still has its STOP to be told: what is known of it stays.
      scripts = new Map([...scripts, ...instances.map(({ name, notify = {} }) => [name, notify] as const)]);
    },
    heard: (event) => {
      if (event.event !== 'vrrp.transition') return;
      const { instance, to, priority } = event;
      const state = states[to];
      if (state === undefined || told.get(instance) === state) return;
      told.set(instance, state);
      for (const command of commandsFor(scripts.get(instance), instance, state, priority))
        enqueue(instance, state, command);
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
  instance: string,
  state: NotifiedState,
  priority: number,
): readonly (readonly string[])[] {
  const ofState = notify[state];
  const { every } = notify;
  return [
    ...(ofState === undefined ? [] : [ofState]),
    ...(every === undefined ? [] : [[...every, 'INSTANCE', instance, state, String(priority)]]),
  ];
}
