// When each check begins: at its own fixed rate, in its turn where too many are due, and not while its last run is under
// way. What it costs this process to be late is noted (check-gauge.ts, lost-time.ts).

import { nextTarget } from '../../health/combined.ts';
import { nextStart, startsMissed } from '../../health/schedule.ts';
import type { Journal } from '../../journal/event.ts';
import type { Probe } from '../../model/probe-result.ts';
import type { Clock, EventLoop, Micros } from '../../ports/clock.ts';
import type { Lateness } from '../pace/lateness.ts';
import { createPlaces } from '../pace/places.ts';
import { type CheckGauge, createCheckGauge } from './check-gauge.ts';
import { createLostTime } from './lost-time.ts';
import { runProbe } from './run-probe.ts';
import { leaveOut, noteEnd, retryAfter, type ScheduledCheck } from './scheduled-check.ts';
import type { Judged } from './server-check.ts';

/** The connect of each takes 60 us. */
const startsATurn = 32;

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
  /** Who makes those that the main process does not make itself; absent: nobody. */
  readonly processes?: readonly CheckProcessFacts[];
};

export type CheckProcessFacts = {
  /** Absent where it has died, and is not started again yet. */
  readonly pid?: number;
  readonly checks: number;
  /** How late its checks began of late, on the average. */
  readonly latenessMs: number;
};

export type CheckStarterOptions = {
  readonly clock: Clock & EventLoop;
  readonly probe: Probe;
  readonly journal: Journal;
  /** Checks under way at once; more wait their turn, first come first served. */
  readonly concurrency: number;
  /** Asked whenever a start is due, also where the check before is still under way; false leaves it out. */
  readonly mayStart: (key: string) => boolean;
  readonly onResult: (key: string, said: Judged) => void;
  /** Asked after a failure: whether more of them would take out a server that it judges. */
  readonly isFailing: (key: string) => boolean;
  /** Absent: one of its own. */
  readonly gauge?: CheckGauge;
};

export type CheckStarter = {
  /** From its first start on. */
  readonly begin: (check: ScheduledCheck) => void;
  /** One under way is aborted and its result never told. */
  readonly end: (check: ScheduledCheck) => void;
  /** It has failed, and is looked into soon: `retryMs` of its plan. */
  readonly retry: (check: ScheduledCheck) => void;
  /** After an end: those that wait for its place. */
  readonly startWaiting: () => void;
  readonly activity: () => CheckActivity;
  readonly stop: () => void;
};

/** @param checks how many there are. */
export function createCheckStarter(options: CheckStarterOptions, checks: () => number): CheckStarter {
  const { clock, concurrency } = options;
  const limits = { max: concurrency, startsATurn };
  const places = createPlaces<ScheduledCheck>(clock, limits, (check) => start(check));
  const lostTime = createLostTime(clock, places.underWay);
  const gauge = options.gauge ?? createCheckGauge(options.journal, checks);
  const probePorts = { clock, probe: options.probe, lostTime };

  const schedule = (check: ScheduledCheck, due: Micros): void => {
    check.cancelNext();
    check.due = due;
    check.cancelNext = clock.after((due - clock.now()) / 1000, () => comeDue(check));
  };

  const comeDue = (check: ScheduledCheck): void => {
    const mayStart = options.mayStart(check.key);
    if (mayStart && check.cancelRun === undefined) {
      places.ask(check);
      return;
    }
    if (mayStart) leaveOut(check, 1);
    schedule(check, nextStart(check.schedule, check.due, clock.now()));
  };

  const start = (check: ScheduledCheck): void => {
    lostTime.watch();
    const [due, startedAt] = [check.due, clock.now()];
    const missed = startsMissed(check.schedule, due, startedAt);
    gauge.note(startedAt, startedAt - due, missed);
    leaveOut(check, missed);
    schedule(check, nextStart(check.schedule, due, startedAt));
    const cancel = runProbe(probePorts, nextTarget(check.plan, check.combined), (result) => {
      places.leave();
      options.onResult(check.key, noteEnd(check, result, { due, startedAt, now: clock.now() }));
      if (options.isFailing(check.key)) scheduleRetry(check, schedule);
      places.fill();
    });
    check.cancelRun = () => {
      places.leave();
      cancel();
    };
  };

  return {
    begin: (check) => schedule(check, check.due),
    end: (check) => {
      places.forget(check);
      check.cancelNext();
      check.cancelRun?.();
    },
    retry: (check) => scheduleRetry(check, schedule),
    startWaiting: places.fill,
    activity: () => ({
      ...{ checks: checks(), underWay: places.underWay(), waiting: places.waiting() },
      ...{ places: concurrency, ...gauge.read() },
    }),
    stop: lostTime.stop,
  };
}

function scheduleRetry(check: ScheduledCheck, schedule: (check: ScheduledCheck, due: Micros) => void): void {
  const at = retryAfter(check);
  if (at !== undefined) schedule(check, at);
}
