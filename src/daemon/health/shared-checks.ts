// One check for equal servers of several services: it begins with the first of them, ends with the last, and judges all.

import { type CheckRunner, createCheckRunner } from './check-runner.ts';
import type { CheckStarterOptions } from './check-starter.ts';
import type { CheckedServer, Judged } from './checked-server.ts';
import { type CheckStatistics, noStatistics } from './scheduled-check.ts';

export type SharedChecksOptions = Omit<CheckStarterOptions, 'mayStart' | 'onResult'> & {
  /** Whether the operator holds it out; asked whenever its check is due. */
  readonly isHeld: (server: CheckedServer) => boolean;
  readonly onResult: (server: CheckedServer, said: Judged) => void;
};

export type SharedChecks = {
  readonly attach: (server: CheckedServer, intervalMs: number) => void;
  readonly detach: (server: CheckedServer) => void;
  readonly lastOf: (server: CheckedServer) => Judged | undefined;
  readonly statisticsOf: (server: CheckedServer) => CheckStatistics;
} & Pick<CheckRunner, 'activity' | 'stop'>;

export function createSharedChecks(options: SharedChecksOptions): SharedChecks {
  /** By check: the servers that it judges. */
  const judged = new Map<string, Set<CheckedServer>>();
  const judgedBy = (checkKey: string) => [...(judged.get(checkKey) ?? [])];
  const runner = createCheckRunner({
    ...options,
    mayStart: (checkKey) => {
      const free = judgedBy(checkKey).filter((server) => !options.isHeld(server));
      return free.some(({ plan }) => plan.main.target.kind !== 'off');
    },
    onResult: (checkKey, said) => {
      for (const server of judgedBy(checkKey)) options.onResult(server, said);
    },
  });

  return {
    attach: (server, intervalMs) => {
      const sharing = judged.get(server.checkKey);
      if (sharing === undefined) runner.add(server.checkKey, server.plan, intervalMs);
      judged.set(server.checkKey, (sharing ?? new Set()).add(server));
    },
    detach: (server) => {
      const sharing = judged.get(server.checkKey);
      sharing?.delete(server);
      if (sharing?.size !== 0) return;
      judged.delete(server.checkKey);
      runner.remove(server.checkKey);
    },
    lastOf: ({ checkKey }) => runner.lastOf(checkKey),
    statisticsOf: ({ checkKey }) => runner.statistics(checkKey) ?? noStatistics,
    activity: runner.activity,
    stop: runner.stop,
  };
}
