// One check for equal servers of several services: it begins with the first of them, ends with the last, and judges all.

import { isFailing } from '../../health/verdict.ts';
import { type CheckRunner, createCheckRunner } from './check-runner.ts';
import type { CheckStarterOptions } from './check-starter.ts';
import type { CheckedServer } from './checked-server.ts';
import { type CheckStatistics, noStatistics } from './scheduled-check.ts';
import { isNeverMade, type Judged, type ServerCheck } from './server-check.ts';

export type SharedChecksOptions = Omit<CheckStarterOptions, 'mayStart' | 'onResult' | 'isFailing'> & {
  /** Whether the operator holds it out; asked whenever its check is due. */
  readonly isHeld: (server: CheckedServer) => boolean;
  readonly onResult: (server: CheckedServer, check: ServerCheck, said: Judged) => void;
  /** Absent: this process makes all. */
  readonly createRunner?: CreateRunner | undefined;
};

export type CreateRunner = (options: CheckStarterOptions) => CheckRunner;

export type SharedChecks = {
  readonly attach: (server: CheckedServer, check: ServerCheck) => void;
  readonly detach: (check: ServerCheck) => void;
  readonly lastOf: (check: ServerCheck) => Judged | undefined;
  readonly statisticsOf: (check: ServerCheck) => CheckStatistics;
} & Pick<CheckRunner, 'activity' | 'shareOut' | 'stop'>;

export function createSharedChecks(options: SharedChecksOptions): SharedChecks {
  /** By the key of a check: the servers that it judges, by their own checks of that key. */
  const judged = new Map<string, Map<ServerCheck, CheckedServer>>();
  const judgedBy = (checkKey: string) => [...(judged.get(checkKey) ?? [])];
  const { createRunner = createCheckRunner } = options;
  const runner = createRunner({
    ...options,
    mayStart: (checkKey) => {
      const free = judgedBy(checkKey).filter(([, server]) => !options.isHeld(server));
      return free.some(([check]) => !isNeverMade(check));
    },
    onResult: (checkKey, said) => {
      for (const [check, server] of judgedBy(checkKey)) options.onResult(server, check, said);
    },
    isFailing: (checkKey) => judgedBy(checkKey).some(([{ state }]) => isFailing(state)),
  });

  return {
    attach: (server, check) => {
      const { checkKey, plan, intervalMs } = check;
      const sharing = judged.get(checkKey);
      judged.set(checkKey, (sharing ?? new Map()).set(check, server));
      if (sharing === undefined) runner.add(checkKey, plan, intervalMs);
    },
    detach: (check) => {
      const sharing = judged.get(check.checkKey);
      sharing?.delete(check);
      if (sharing?.size !== 0) return;
      judged.delete(check.checkKey);
      runner.remove(check.checkKey);
    },
    lastOf: ({ checkKey }) => runner.lastOf(checkKey),
    statisticsOf: ({ checkKey }) => runner.statistics(checkKey) ?? noStatistics,
    activity: runner.activity,
    shareOut: runner.shareOut,
    stop: runner.stop,
  };
}
