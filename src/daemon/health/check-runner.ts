// Runs checks: each at its own fixed rate, never two of one check at once, at most so many together, and
// each ended by a hard deadline whatever the probe does. Judges nothing: results go to the health loop.

import type { CheckPlan } from '../../health/checks/plan.ts';
import { type CombinedState, firstCombined, nextTarget, stepCombined } from '../../health/combined.ts';
import { nextStart, type Schedule, scheduleOf, startsMissed } from '../../health/schedule.ts';
import type { Journal } from '../../journal/event.ts';
import type { Probe } from '../../model/probe-result.ts';
import type { Clock, EventLoop, Micros } from '../../ports/clock.ts';
import { createLatenessHistogram, type Lateness } from '../pace/lateness.ts';
import { createCheckPace } from './check-pace.ts';
import type { Judged } from './checked-server.ts';
import { createLostTime } from './lost-time.ts';
import { runProbe } from './run-probe.ts';

/**
 * Starts before the sockets are read again. Where there is more to do than can be done, starts then come late, and the
 * checks under way still go on: started without measure, all would run into their deadlines, at healthy servers. It
 * is the poll phase that must come between, not time: Node runs timers for as long as any is due.
 */
const startsATurn = 32;

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

/** Of all checks together. */
export type CheckActivity = {
  readonly checks: number;
  readonly underWay: number;
  /** Due, but without a free place. */
  readonly waiting: number;
  /** Places: checks that may be under way at once. */
  readonly places: number;
  /** Starts that went by while a check waited to begin, over the life of the process. */
  readonly missed: number;
  /** How late each began, likewise. */
  readonly lateness: Lateness;
};

export type CheckRunnerOptions = {
  readonly clock: Clock & EventLoop;
  readonly probe: Probe;
  readonly journal: Journal;
  /** Checks under way at once; more wait their turn, first come first served. */
  readonly concurrency: number;
  /** Asked whenever a start is due, also where the check before is still under way; false leaves it out. */
  readonly mayStart: (key: string) => boolean;
  readonly onResult: (key: string, said: Judged) => void;
};

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

type Check = {
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

export function createCheckRunner(options: CheckRunnerOptions): CheckRunner {
  const { clock } = options;
  const checks = new Map<string, Check>();
  const waiting = new Set<Check>();
  const lateness = createLatenessHistogram();
  let running = 0;
  let startedThisTurn = 0;
  const lostTime = createLostTime(clock, () => running > 0);
  const pace = createCheckPace(options.journal, () => checks.size);
  const probePorts = { clock, probe: options.probe, lostTime };

  const scheduleAt = (check: Check, due: Micros): void => {
    check.due = due;
    check.cancelNext = clock.after((due - clock.now()) / 1000, () => comeDue(check));
  };

  const scheduleNext = (check: Check): void =>
    scheduleAt(check, nextStart(check.schedule, check.due, clock.now()));

  const comeDue = (check: Check): void => {
    const mayStart = options.mayStart(check.key);
    if (mayStart && check.cancelRun === undefined) {
      waiting.add(check);
      startWaiting();
      return;
    }
    if (mayStart) leaveOut(check, 1);
    scheduleNext(check);
  };

  const leaveOut = (check: Check, starts: number): void => {
    if (starts === 0) return;
    check.statistics = { ...check.statistics, skipped: check.statistics.skipped + starts };
  };

  const startWaiting = (): void => {
    for (const check of waiting) {
      if (running >= options.concurrency || startedThisTurn >= startsATurn) return;
      waiting.delete(check);
      if (startedThisTurn === 0) clock.afterPoll(nextTurn);
      startedThisTurn++;
      start(check);
    }
  };

  const nextTurn = (): void => {
    startedThisTurn = 0;
    startWaiting();
  };

  const start = (check: Check): void => {
    running++;
    lostTime.watch();
    const startedAt = clock.now();
    const { due } = check;
    lateness.note(startedAt - due);
    const missed = startsMissed(check.schedule, due, startedAt);
    pace.note(startedAt, missed);
    leaveOut(check, missed);
    scheduleNext(check);
    const cancel = runProbe(probePorts, nextTarget(check.plan, check.combined), (result) => {
      running--;
      check.cancelRun = undefined;
      check.combined = stepCombined(check.plan, check.combined, result.outcome);
      check.last = { result, at: clock.now() };
      check.statistics = {
        ...check.statistics,
        ended: check.statistics.ended + 1,
        latenessMs: (startedAt - due) / 1000,
        tookMs: (check.last.at - startedAt) / 1000,
      };
      options.onResult(check.key, check.last);
      startWaiting();
    });
    check.cancelRun = () => {
      running--;
      cancel();
    };
  };

  const remove = (key: string): void => {
    const check = checks.get(key);
    if (check === undefined) return;
    checks.delete(key);
    waiting.delete(check);
    check.cancelNext();
    check.cancelRun?.();
  };

  return {
    add: (key, plan, intervalMs) => {
      if (checks.has(key)) throw new Error(`Cannot add check: expected a new key, got ${key}`);
      const spread = scheduleOf(key, clock.now(), intervalMs);
      // What costs nothing needs no spreading.
      const schedule = plan.main.target.kind === 'on' ? { ...spread, first: clock.now() } : spread;
      const check: Check = {
        key,
        plan,
        schedule,
        combined: firstCombined,
        due: schedule.first,
        cancelNext: () => {},
        cancelRun: undefined,
        statistics: { ended: 0, skipped: 0, latenessMs: 0, tookMs: 0 },
        last: undefined,
      };
      checks.set(key, check);
      scheduleAt(check, schedule.first);
    },
    remove: (key) => {
      remove(key);
      startWaiting();
    },
    statistics: (key) => checks.get(key)?.statistics,
    lastOf: (key) => checks.get(key)?.last,
    activity: () => ({
      checks: checks.size,
      underWay: running,
      waiting: waiting.size,
      places: options.concurrency,
      missed: pace.missed(),
      lateness: lateness.summary(),
    }),
    stop: () => {
      waiting.clear();
      lostTime.stop();
      for (const key of [...checks.keys()]) remove(key);
    },
  };
}
