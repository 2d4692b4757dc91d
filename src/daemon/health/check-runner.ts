// Runs checks by their key: each at its own fixed rate, never two of one check at once, at most so many together, and
// each ended by a hard deadline whatever the probe does. Judges nothing: results go to the health loop.

import type { CheckPlan } from '../../health/checks/plan.ts';
import { type CheckActivity, type CheckStarterOptions, createCheckStarter } from './check-starter.ts';
import { type CheckStatistics, newCheck, type ScheduledCheck } from './scheduled-check.ts';
import type { Judged } from './server-check.ts';

export type CheckRunner = {
  /** Schedules a check under a new key, the first start within a second. */
  readonly add: (key: string, plan: CheckPlan, intervalMs: number) => void;
  /** Forgets a check; one under way is aborted and its result never told. */
  readonly remove: (key: string) => void;
  readonly statistics: (key: string) => CheckStatistics | undefined;
  /** What it said last. */
  readonly lastOf: (key: string) => Judged | undefined;
  readonly activity: () => CheckActivity;
  readonly stop: () => void;
};

export function createCheckRunner(options: CheckStarterOptions): CheckRunner {
  const { clock } = options;
  const checks = new Map<string, ScheduledCheck>();
  const starter = createCheckStarter(options, () => checks.size);
  return {
    add: (key, plan, intervalMs) => {
      if (checks.has(key)) throw new Error(`Cannot add check: expected a new key, got ${key}`);
      const check = newCheck(key, plan, { now: clock.now(), intervalMs });
      checks.set(key, check);
      starter.begin(check);
    },
    remove: (key) => {
      const check = checks.get(key);
      if (check === undefined) return;
      checks.delete(key);
      starter.end(check);
      starter.startWaiting();
    },
    statistics: (key) => checks.get(key)?.statistics,
    lastOf: (key) => checks.get(key)?.last,
    activity: starter.activity,
    stop: () => {
      starter.stop();
      for (const check of checks.values()) starter.end(check);
      checks.clear();
    },
  };
}
