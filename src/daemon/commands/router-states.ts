// What is to be told of virtual routers and of sync groups, as keepalived tells it: each new state, a router that leaves the
// configuration, a lower active that was heard, and, where it is asked for, a new priority. When a group has a state is
// group-states.ts's; who is told how, of whoever is handed in. Source: keepalived/vrrp/vrrp_notify.c.
import type { JournalEvent } from '../../journal/event.ts';
import type { VrrpInstanceConfig, VrrpNotifyConfig } from '../../model/config/router.ts';
import type { Phase } from '../../model/vrrp.ts';
import type { VrrpSupervisor } from '../vrrp/supervisor.ts';
import { createGroupStates } from './group-states.ts';
import type { Happening, NotifiedState, RouterTold } from './told.ts';

/** A router that leaves is the master still, for whoever looks from outside. */
const states: Readonly<Partial<Record<Phase, NotifiedState>>> = {
  active: 'MASTER',
  backup: 'BACKUP',
  fault: 'FAULT',
  initialize: 'STOP',
};

/** keepalived has no priority of a group. */
const groupPriority = 0;

/** @param notify what is configured for the one that is told of. */
export type TellRouter = (told: RouterTold, notify: VrrpNotifyConfig) => void;

export type RouterStates = {
  readonly configure: (instances: readonly VrrpInstanceConfig[]) => void;
  /** To be told every event. */
  readonly heard: (event: JournalEvent) => void;
  /** Tells every state once more. */
  readonly repeat: (tell: TellRouter) => void;
};

/** What is known of a router: its configuration, also once that has been taken away, and what was told last. */
type Known = {
  config: VrrpInstanceConfig;
  isConfigured: boolean;
  told?: { readonly state: NotifiedState; readonly priority: number };
};

export function createRouterStates(tellAll: TellRouter): RouterStates {
  const tell = ofTheFile(tellAll);
  const routers = new Map<string, Known>();
  const groups = createGroupStates((name) => routers.get(name)?.told?.state);

  function become(router: Known, to: Phase, priority: number): void {
    const { name, notify = {} } = router.config;
    const state = states[to];
    const before = router.told?.state;
    if (state === undefined || before === state) return;
    router.told = { state, priority };
    const shown = router.isConfigured || to !== 'initialize' ? state : whenDeleted(notify, before);
    if (shown !== undefined) tell({ kind: 'INSTANCE', name, state: shown, priority }, notify);
    const group = groups.changedBy(name);
    if (group !== undefined)
      tell({ kind: 'GROUP', name: group.name, state, priority: groupPriority }, group.notify);
  }

  function happens({ config, told }: Known, happening: Happening, priority = told?.priority): void {
    if (priority === undefined) return;
    tell({ kind: 'INSTANCE', name: config.name, state: happening, priority }, config.notify ?? {});
  }

  return {
    configure: (instances) => {
      // One that leaves the configuration still has its end to be told: what is known of it stays.
      for (const known of routers.values()) known.isConfigured = false;
      for (const config of instances) {
        const known = routers.get(config.name);
        if (known === undefined) routers.set(config.name, { config, isConfigured: true });
        else Object.assign(known, { config, isConfigured: true });
      }
      groups.configure(instances);
    },
    heard: (event) => {
      const router = 'instance' in event ? routers.get(String(event.instance)) : undefined;
      if (router === undefined) return;
      if (event.event === 'vrrp.transition') become(router, event.to, event.priority);
      if (event.event === 'vrrp.lower_active_heard') happens(router, 'MASTER_RX_LOWER_PRI', event.priority);
      if (event.event === 'vrrp.priority_changed' && router.config.notifiesPriority === true) {
        const happening = router.told?.state === 'MASTER' ? 'MASTER_PRIORITY' : 'BACKUP_PRIORITY';
        happens(router, happening, event.to);
      }
    },
    repeat: (tellAgain) => {
      const again = ofTheFile(tellAgain);
      for (const { name, state } of groups.told())
        again({ kind: 'GROUP', name, state, priority: groupPriority }, {});
      for (const { config, told } of routers.values())
        if (told !== undefined) again({ kind: 'INSTANCE', name: config.name, ...told }, {});
    },
  };
}

/** Not of the second half of a router with both families, whose name nobody has given (config/router/resolve.ts). */
const ofTheFile =
  (tell: TellRouter): TellRouter =>
  (told, notify) => {
    if (!told.name.includes('/')) tell(told, notify);
  };

/** keepalived/vrrp/vrrp.c (clear_diff_vrrp): FAULT, as of old, unless notify_deleted asks for the word. */
function whenDeleted(
  { tellsDeleted }: VrrpNotifyConfig,
  before: NotifiedState | undefined,
): NotifiedState | undefined {
  if (tellsDeleted === true) return 'DELETED';
  return before === 'FAULT' ? undefined : 'FAULT';
}

/** The supervisor whose routers are told of: they are told the configuration. */
export const withRouterStates = (supervisor: VrrpSupervisor, routers: RouterStates): VrrpSupervisor => ({
  ...supervisor,
  start: (instances) => {
    routers.configure(instances);
    return supervisor.start(instances);
  },
  reconfigure: (instances) => {
    routers.configure(instances);
    return supervisor.reconfigure(instances);
  },
});
