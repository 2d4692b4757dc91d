// Runs checks by their key: each at its own fixed rate, never two of one check at once, at most so many together, and
// each ended by a hard deadline whatever the probe does. Judges nothing: results go to the health loop.

import type { ProcessWish } from '../../health/checks/cost.ts';
import type { CheckPlan } from '../../health/checks/plan.ts';
import { type CheckActivity, type CheckStarterOptions, createCheckStarter } from './check-starter.ts';
import { type CheckStatistics, idle, newCheck, type ScheduledCheck } from './scheduled-check.ts';
import type { Judged } from './server-check.ts';

export type CheckRunner = {
  /** Schedules a check under a new key, the first start within a second. */
  readonly add: (key: string, plan: CheckPlan, intervalMs: number) => void;
  /** Schedules one that was made elsewhere before, from its next start on. */
  readonly begin: (check: ScheduledCheck) => void;
  /** Forgets it here and gives it away: one under way is aborted, and due at once. */
  readonly take: (key: string) => ScheduledCheck | undefined;
  readonly all: () => Iterable<ScheduledCheck>;
  /** One that has failed is looked into soon. */
  readonly retry: (key: string) => void;
  /** Forgets a check; one under way is aborted and its result never told. */
  readonly remove: (key: string) => void;
  readonly statistics: (key: string) => CheckStatistics | undefined;
  /** What it said last. */
  readonly lastOf: (key: string) => Judged | undefined;
  readonly activity: () => CheckActivity;
  /** How many processes the checks there are now are to be shared by; here there is one. */
  readonly shareOut: (wish: ProcessWish) => void;
  readonly stop: () => void;
};

export function createCheckRunner(options: CheckStarterOptions): CheckRunner {
  const { clock } = options;
  const checks = new Map<string, ScheduledCheck>();
  const starter = createCheckStarter(options, () => checks.size);
  const begin = (check: ScheduledCheck): void => {
    const { key } = check;
    if (checks.has(key)) throw new Error(`Cannot add check: expected a new key, got ${key}`);
    checks.set(key, check);
    starter.begin(check);
  };
  const take = (key: string): ScheduledCheck | undefined => {
    const check = checks.get(key);
    if (check === undefined) return undefined;
    checks.delete(key);
    const isUnderWay = check.cancelRun !== undefined;
    starter.end(check);
    starter.startWaiting();
    return { ...check, ...(isUnderWay && { due: clock.now() }), ...idle };
  };
  return {
    add: (key, plan, intervalMs) => begin(newCheck(key, plan, { now: clock.now(), intervalMs })),
    ...{ begin, take },
    all: () => checks.values(),
    retry: (key) => {
      const check = checks.get(key);
      if (check !== undefined) starter.retry(check);
    },
    remove: (key) => void take(key),
    statistics: (key) => checks.get(key)?.statistics,
    lastOf: (key) => checks.get(key)?.last,
    activity: starter.activity,
    shareOut: () => {},
    stop: () => {
      starter.stop();
      for (const check of checks.values()) starter.end(check);
      checks.clear();
    },
  };
}
