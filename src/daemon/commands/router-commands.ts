// Runs the notify scripts of virtual routers and of sync groups as keepalived does: notify_master and the like as they are
// written, notify with INSTANCE or GROUP, the name, the state and the priority (0 of a group) behind it; those of one router
// or group in the order of its states. What there is to tell is router-states.ts's.

import type { Journal, JournalEvent } from '../../journal/event.ts';
import type { NotifyProgram, VrrpNotifyConfig } from '../../model/config/router.ts';
import type { CommandQueue } from './command-queue.ts';
import type { TellRouter } from './router-states.ts';
import type { RouterTold } from './told.ts';

export const routerCommands =
  ({ journal, queue }: { readonly journal: Journal; readonly queue: CommandQueue }): TellRouter =>
  (told, notify) => {
    const subject = told.kind === 'GROUP' ? `group ${told.name}` : `router ${told.name}`;
    for (const { command, user } of programsFor(notify, told)) {
      const onEnded = (exit: string) => journal(eventOf(told, command, exit));
      const request = { command, isAction: true as const, ...(user !== undefined && { user }) };
      queue.add(subject, {
        isUrgent: true,
        command: () => ({ request, onEnded }),
        onLeftOut: () => onEnded('left out'),
      });
    }
  };

/** keepalived's order: the one of the state, then the one of all; what happens within a state has no word for that one. */
function programsFor(notify: VrrpNotifyConfig, told: RouterTold): readonly NotifyProgram[] {
  const { kind, name, state, priority } = told;
  if (state === 'MASTER_PRIORITY' || state === 'BACKUP_PRIORITY') return [];
  const own = notify[state];
  const ofState = own === undefined ? [] : [own];
  const { every } = notify;
  if (every === undefined || state === 'MASTER_RX_LOWER_PRI') return ofState;
  const command = [...every.command, kind, name, state, String(priority)];
  return [...ofState, { ...every, command }];
}

function eventOf({ kind, name, state }: RouterTold, words: readonly string[], exit: string): JournalEvent {
  const how = { state, command: words.join(' '), exit };
  return kind === 'GROUP'
    ? { event: 'vrrp.group_notified', group: name, ...how }
    : { event: 'vrrp.notified', instance: name, ...how };
}
