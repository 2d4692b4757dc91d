// One check: what it asks, when it is due, what it said last, and how its runs went. It neither runs nor waits:
// check-runner.ts.

import type { CheckPlan } from '../../health/checks/plan.ts';
import { type CombinedState, firstCombined, stepCombined } from '../../health/combined.ts';
import { retryStart, type Schedule, scheduleOf } from '../../health/schedule.ts';
import type { ShownResult } from '../../model/probe-result.ts';
import type { Micros } from '../../ports/clock.ts';
import type { Judged } from './server-check.ts';

export type CheckStatistics = {
  /** Checks that ended. */
  readonly ended: number;
  /** Starts left out because the one before was still under way, or could not begin before. */
  readonly skipped: number;
  /** How late the last start was, waiting for the event loop or for a free place. */
  readonly latenessMs: number;
  /** How long the last check took. */
  readonly tookMs: number;
};

export type ScheduledCheck = {
  readonly key: string;
  readonly plan: CheckPlan;
  readonly schedule: Schedule;
  combined: CombinedState;
  /** The start that is scheduled, or waits. */
  due: Micros;
  cancelNext: () => void;
  /** Set while a probe is under way. */
  cancelRun: (() => void) | undefined;
  statistics: CheckStatistics;
  last: Judged | undefined;
};

export const noStatistics: CheckStatistics = { ended: 0, skipped: 0, latenessMs: 0, tookMs: 0 };

/** Neither scheduled nor under way. */
export const idle = { cancelNext: () => {}, cancelRun: undefined };

export function newCheck(
  key: string,
  plan: CheckPlan,
  { now, intervalMs }: { readonly now: Micros; readonly intervalMs: number },
): ScheduledCheck {
  const spread = scheduleOf(key, now, intervalMs, plan.warmupMs);
  // What costs nothing needs no spreading.
  const schedule = plan.main.target.kind === 'on' ? { ...spread, first: now } : spread;
  return {
    ...{ key, plan, schedule, combined: firstCombined, due: schedule.first },
    ...{ ...idle, statistics: noStatistics, last: undefined },
  };
}

export function leaveOut(check: ScheduledCheck, starts: number): void {
  if (starts === 0) return;
  check.statistics = { ...check.statistics, skipped: check.statistics.skipped + starts };
}

/** A run has ended. @returns what it said. */
export function noteEnd(
  check: ScheduledCheck,
  result: ShownResult,
  { due, startedAt, now }: Readonly<Record<'due' | 'startedAt' | 'now', Micros>>,
): Judged {
  check.cancelRun = undefined;
  check.combined = stepCombined(check.plan, check.combined, result.outcome);
  check.last = { result, at: now };
  check.statistics = {
    ...check.statistics,
    ended: check.statistics.ended + 1,
    latenessMs: (startedAt - due) / 1000,
    tookMs: (now - startedAt) / 1000,
  };
  return check.last;
}

/** When it is to begin again, once it has failed; undefined: as ever. */
export function retryAfter({ plan, last, statistics }: ScheduledCheck): Micros | undefined {
  const { retryMs, main } = plan;
  if (retryMs === undefined || last?.result.outcome !== 'failure') return undefined;
  const startedAt = last.at - Math.round(statistics.tookMs * 1000);
  return retryStart(retryMs, { startedAt, endedAt: last.at, isProgram: main.target.kind === 'external' });
}
