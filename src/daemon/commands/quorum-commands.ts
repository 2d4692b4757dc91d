// Runs quorum_up and quorum_down: never two of one service at once, and what counts is where the service ends up. What
// changes while a program runs is caught up with when it has ended: the last change is told, those between are not.

import type { Journal } from '../../journal/event.ts';
import type { QuorumConfig } from '../../model/config/service.ts';
import type { Clock } from '../../ports/clock.ts';
import type { RunScript } from '../../ports/tracked.ts';
import { createRunningPrograms } from './running-programs.ts';

const timeoutMs = 30_000;

type Action = 'up' | 'down';

export type QuorumCommands = {
  readonly become: (service: string, action: Action, config: QuorumConfig) => void;
  /** Of a service that has no quorum any more: if it ever has one again, that is news. */
  readonly forget: (service: string) => void;
  /** Resolves when no program runs any more, or after that time. */
  readonly drained: (limitMs: number) => Promise<void>;
};

type Told = {
  /** What was told last, or is being told. */
  last?: Action;
  wanted?: { readonly action: Action; readonly config: QuorumConfig };
  running: boolean;
};

export function createQuorumCommands({
  clock,
  journal,
  runScript,
}: {
  readonly clock: Clock;
  readonly journal: Journal;
  readonly runScript: RunScript;
}): QuorumCommands {
  const services = new Map<string, Told>();
  const programs = createRunningPrograms(clock);

  async function run(
    service: string,
    action: Action,
    { [action]: command, user }: QuorumConfig,
  ): Promise<void> {
    if (command === undefined) return;
    const script = runScript({ command, timeoutMs, ...(user !== undefined && { user }) });
    const { detail } = await script.result;
    journal({ event: 'service.quorum_command', service, action, command: command.join(' '), exit: detail });
    await script.ended;
  }

  async function catchUp(service: string, told: Told): Promise<void> {
    told.running = true;
    for (let next = told.wanted; next !== undefined; next = told.wanted) {
      delete told.wanted;
      if (next.action === told.last) continue;
      told.last = next.action;
      await run(service, next.action, next.config);
    }
    told.running = false;
  }

  return {
    become: (service, action, config) => {
      const told = services.get(service) ?? { running: false };
      services.set(service, told);
      told.wanted = { action, config };
      if (told.running) return;
      programs.add(catchUp(service, told));
    },
    forget: (service) => {
      const told = services.get(service);
      if (told?.running === false) services.delete(service);
      else if (told !== undefined) delete told.last;
    },
    drained: programs.drained,
  };
}
