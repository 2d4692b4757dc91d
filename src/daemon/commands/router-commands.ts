// Runs the notify scripts of virtual routers as keepalived does: notify_master and the like as they are written,
// notify with INSTANCE, the name, the state and the priority behind it. Those of one router run one after the
// other, in the order of its states, each for a bounded time, and never hold anything else up.

import type { Journal, JournalEvent } from '../../journal/event.ts';
import type { VrrpInstanceConfig, VrrpNotifyConfig } from '../../model/config/router.ts';
import type { Phase } from '../../model/vrrp.ts';
import type { Clock } from '../../ports/clock.ts';
import type { RunScript } from '../../ports/tracked.ts';
import type { VrrpSupervisor } from '../vrrp/supervisor.ts';
import { programsMaxMs } from './running-programs.ts';

const timeoutMs = 30_000;
/** Of one router; the oldest are left out then: what counts is where it ends up. */
const waitingMax = 16;

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
  /** To be told every event of the VRRP process. */
  readonly heard: (event: JournalEvent) => void;
  /** Resolves when every script has ended, or after that time. */
  readonly drained: (limitMs: number) => Promise<void>;
};

type Queue = {
  told?: NotifiedState;
  readonly waiting: { readonly state: NotifiedState; readonly command: readonly string[] }[];
  running: boolean;
};

export function createNotifier(ports: {
  readonly clock: Clock;
  readonly journal: Journal;
  readonly runScript: RunScript;
}): Notifier {
  const { clock, journal, runScript } = ports;
  let scripts = new Map<string, VrrpNotifyConfig>();
  const queues = new Map<string, Queue>();
  let idle: (() => void)[] = [];

  const isIdle = () => [...queues.values()].every(({ running }) => !running);

  async function run(instance: string, queue: Queue): Promise<void> {
    if (queue.running) return;
    queue.running = true;
    for (let next = queue.waiting.shift(); next !== undefined; next = queue.waiting.shift()) {
      const { state, command } = next;
      const script = runScript({ command, timeoutMs, isAction: true });
      const { detail } = await script.result;
      journal({ event: 'vrrp.notified', instance, state, command: command.join(' '), exit: detail });
      await script.ended;
    }
    queue.running = false;
    if (!isIdle()) return;
    const resolve = idle;
    idle = [];
    for (const each of resolve) each();
  }

  function enqueue(instance: string, state: NotifiedState, priority: number): void {
    const queue = queues.get(instance) ?? { waiting: [], running: false };
    queues.set(instance, queue);
    if (queue.told === state) return;
    queue.told = state;
    for (const command of commandsFor(scripts.get(instance), instance, state, priority)) {
      queue.waiting.push({ state, command });
    }
    for (const { state: left, command } of queue.waiting.splice(0, queue.waiting.length - waitingMax)) {
      journal({
        event: 'vrrp.notified',
        instance,
        state: left,
        command: command.join(' '),
        exit: 'left out',
      });
    }
    void run(instance, queue);
  }

  return {
    configure: (instances) => {
      // One that leaves the configuration still has its STOP to be told: what is known of it stays.
      scripts = new Map([...scripts, ...instances.map(({ name, notify = {} }) => [name, notify] as const)]);
    },
    heard: (event) => {
      if (event.event !== 'vrrp.transition') return;
      const state = states[event.to];
      if (state !== undefined) enqueue(event.instance, state, event.priority);
    },
    drained: (limitMs) =>
      new Promise((resolve) => {
        if (isIdle()) return resolve();
        const cancel = clock.after(limitMs, resolve);
        idle.push(() => {
          cancel();
          resolve();
        });
      }),
  };
}

/** The supervisor whose routers are notified for: told the configuration, and waiting for scripts when it stops. */
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
  stop: async (how) => {
    await supervisor.stop(how);
    await notifier.drained(programsMaxMs);
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
