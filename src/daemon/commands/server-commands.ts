// Runs notify_up and notify_down of real servers: never two of one server at once, and what counts is where the server ends
// up. One that leaves the configuration, alone or with its service, goes down; at a stop those of services with omega
// do. Source: keepalived/check/ipwrapper.c (do_rs_notifies, clear_diff_services).

import type { Journal, JournalEvent } from '../../journal/event.ts';
import type { ServerNotifyConfig, VirtualConfig } from '../../model/config/service.ts';
import { formatServiceId, type RealName, realName, type ServiceName } from '../../model/ipvs.ts';
import { serverKey } from '../../model/names.ts';
import type { Command, CommandQueue } from './command-queue.ts';

type Action = 'up' | 'down';

type Server = {
  readonly service: ServiceName;
  readonly real: RealName;
  readonly notify: ServerNotifyConfig;
  readonly omega: boolean;
};

export type ServerCommands = {
  readonly configure: (virtuals: readonly VirtualConfig[]) => void;
  /** To be told every event. */
  readonly heard: (event: JournalEvent) => void;
  readonly stop: () => void;
};

export function createServerCommands({
  journal,
  queue,
}: {
  readonly journal: Journal;
  readonly queue: CommandQueue;
}): ServerCommands {
  let servers: ReadonlyMap<string, Server> = new Map();
  /** As was heard last, and as was told last, or is being told. */
  const states = new Map<string, Action>();
  const told = new Map<string, Action>();

  function commandFor(key: string, { service, real, notify }: Server, action: Action): Command | undefined {
    if (told.get(key) === action) return undefined;
    told.set(key, action);
    const { [action]: command, user } = notify;
    if (command === undefined) return undefined;
    return {
      request: { command, ...(user !== undefined && { user }) },
      onEnded: (exit) =>
        journal({ event: 'real.notified', service, real, action, command: command.join(' '), exit }),
    };
  }

  const become = (key: string, server: Server, action: Action): void => {
    states.set(key, action);
    queue.add(`server ${key}`, { command: () => commandFor(key, server, action), waitingMax: 1 });
  };
  const leave = (key: string, server: Server): void => {
    if (states.get(key) === 'up') become(key, server, 'down');
  };

  return {
    configure: (virtuals) => {
      const before = servers;
      servers = new Map(virtuals.flatMap(serversOf).map((each) => [keyOf(each), each]));
      for (const [key, server] of before) if (!servers.has(key)) leave(key, server);
    },
    heard: (event) => {
      if (event.event !== 'real.up' && event.event !== 'real.down') return;
      const key = serverKey(event.service as ServiceName, event.real as RealName);
      const server = servers.get(key);
      if (server !== undefined) become(key, server, event.event === 'real.up' ? 'up' : 'down');
    },
    stop: () => {
      for (const [key, server] of servers) if (server.omega) leave(key, server);
    },
  };
}

const keyOf = ({ service, real }: Server): string => serverKey(service, real);

const serversOf = ({ id, reals, omega }: VirtualConfig): readonly Server[] =>
  reals.flatMap((each) => {
    const { notify } = each;
    const of = { service: formatServiceId(id), real: realName(id, each), omega: omega === true };
    return notify === undefined ? [] : [{ ...of, notify }];
  });
