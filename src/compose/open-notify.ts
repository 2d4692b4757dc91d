// Who is told of new states, as keepalived tells it: the notify scripts of virtual routers and sync groups, and FIFOs. What
// FIFOs need is loaded when there is one.
import type { CommandQueue } from '../daemon/commands/command-queue.ts';
import type { FifoStatus } from '../daemon/commands/fifos.ts';
import { routerCommands } from '../daemon/commands/router-commands.ts';
import { createRouterStates, withRouterStates } from '../daemon/commands/router-states.ts';
import type { Told } from '../daemon/commands/told.ts';
import type { DaemonPorts } from '../daemon/daemon-ports.ts';
import type { VrrpSupervisor } from '../daemon/vrrp/supervisor.ts';
import type { Config } from '../model/config/config.ts';
import type { FifosShell, OpenedFifos } from './open-fifos.ts';
import type { Services } from './open-services.ts';

export type NotifyShell = Omit<FifosShell, 'verdictOf' | 'weigh'> & {
  readonly commands: CommandQueue;
  readonly services: Pick<Services, 'health' | 'weights' | 'quorums'>;
  readonly vrrp: VrrpSupervisor;
};

export type Notify = {
  /** FIFOs are open when it resolves; until then what they are to be told waits. */
  readonly configure: (config: Config) => Promise<void>;
  /** How far each FIFO is. */
  readonly fifos: () => readonly FifoStatus[];
  /** The parts of the daemon whose changes are told, in the place of those that were handed in. */
  readonly parts: Pick<DaemonPorts, 'vrrp' | 'quorums' | 'commands'>;
};

export function openNotify({ commands, services, vrrp, ...shell }: NotifyShell): Notify {
  const { health, weights, quorums } = services;
  const ports = { ...shell, verdictOf: health.verdictOf, weigh: weights.weigh };
  let opening: Promise<OpenedFifos> | undefined;
  let fifos: OpenedFifos | undefined;
  const early: Told[] = [];
  const tellFifos = (told: Told) => {
    if (fifos !== undefined) fifos.tell(told);
    else if (opening !== undefined) early.push(told);
  };
  const runCommands = routerCommands({ journal: shell.journal, queue: commands });
  const routers = createRouterStates((told, notify) => {
    runCommands(told, notify);
    tellFifos(told);
  });
  shell.listen(routers.heard);

  return {
    configure: async ({ fifos: wanted }) => {
      if (wanted !== undefined)
        opening ??= import('./open-fifos.ts').then(({ openFifos }) => openFifos(ports));
      const opened = await opening;
      opened?.configure(wanted?.fifos ?? []);
      fifos = opened;
      for (const told of early.splice(0)) opened?.tell(told);
      if (wanted?.statesOnReload === true) routers.repeat(tellFifos);
    },
    fifos: () => fifos?.status() ?? [],
    parts: {
      vrrp: withRouterStates(vrrp, routers),
      quorums: {
        ...quorums,
        configure: (...what) => {
          quorums.configure(...what);
          fifos?.services.configure(...what);
        },
        look: (service) => {
          quorums.look(service);
          fifos?.services.look(service);
        },
        stop: () => {
          quorums.stop();
          fifos?.services.stop();
        },
      },
      commands: {
        drained: async (limitMs) => {
          await Promise.all([commands.drained(limitMs), fifos?.close(limitMs)]);
        },
      },
    },
  };
}
