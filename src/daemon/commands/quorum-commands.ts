// Runs quorum_up and quorum_down: never two of one service at once, and what counts is where the service ends up. What
// changes while a program runs is caught up with when it has ended: the last change is told, those between are not.

import type { Journal } from '../../journal/event.ts';
import type { QuorumConfig } from '../../model/config/service.ts';
import type { ServiceName } from '../../model/ipvs.ts';
import type { Command, CommandQueue } from './command-queue.ts';

type Action = 'up' | 'down';

export type QuorumCommands = {
  readonly become: (service: ServiceName, action: Action, config: QuorumConfig) => void;
  /** Of a service that has no quorum any more: if it ever has one again, that is news. */
  readonly forget: (service: ServiceName) => void;
  /** The service itself is no more, or the daemon ends: a quorum that was told of is lost with it. */
  readonly leave: (service: ServiceName, config: QuorumConfig) => void;
};

export function createQuorumCommands({
  journal,
  queue,
}: {
  readonly journal: Journal;
  readonly queue: CommandQueue;
}): QuorumCommands {
  /** What each service has become last. */
  const states = new Map<ServiceName, Action>();
  /** What each service was told last, or is being told. */
  const told = new Map<ServiceName, Action>();

  function commandFor(
    service: ServiceName,
    action: Action,
    { [action]: command, user }: QuorumConfig,
  ): Command | undefined {
    if (told.get(service) === action) return undefined;
    told.set(service, action);
    if (command === undefined) return undefined;
    return {
      request: { command, ...(user !== undefined && { user }) },
      onEnded: (exit) =>
        journal({ event: 'service.quorum_command', service, action, command: command.join(' '), exit }),
    };
  }

  const become: QuorumCommands['become'] = (service, action, config) => {
    states.set(service, action);
    queue.add(`quorum ${service}`, { command: () => commandFor(service, action, config), waitingMax: 1 });
  };

  return {
    become,
    forget: (service) => {
      states.delete(service);
      told.delete(service);
    },
    leave: (service, config) => {
      if (states.get(service) === 'up') become(service, 'down', config);
    },
  };
}
