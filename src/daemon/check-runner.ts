// Runs checks: each at its own fixed rate, never two of one check at once, at most so many together, and
// each ended by a hard deadline whatever the probe does. Judges nothing: results go to the health loop.
import { type CombinedState, firstCombined, nextTarget, stepCombined } from '../health/combined.ts';
import { nextStart, type Schedule, scheduleOf } from '../health/schedule.ts';
import type { CheckPlan, TimedTarget } from '../health/target-of.ts';
import type { Clock, Micros } from '../ports/clock.ts';
import type { Probe, ProbeResult } from '../ports/probe.ts';
import { createLatenessHistogram, type Lateness } from './lateness.ts';

/** A deadline that fires later than this was held up by this process, not by the server. */
const heldUpMs = 50;
/** How long an aborted probe may take to say what it was waiting for. */
const lastWordsMs = 100;

/**
 * Starts before the sockets are read again. Where there is more to do than can be done, starts then come late, and the
 * checks under way still go on: started without measure, all would run into their deadlines, at healthy servers.
 */
const startsATurn = 32;

export type CheckStatistics = {
  /** Checks that ended. */
  readonly ended: number;
  /** Starts left out because the one before was still under way. */
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
  /** How late each began, over the life of the process. */
  readonly lateness: Lateness;
};

export type CheckRunnerOptions = {
  readonly clock: Clock;
  readonly probe: Probe;
  /** Checks under way at once; more wait their turn, first come first served. */
  readonly concurrency: number;
  /** Asked whenever a start is due, also where the check before is still under way; false leaves it out. */
  readonly mayStart: (key: string) => boolean;
  readonly onResult: (key: string, result: ProbeResult) => void;
};

export type CheckRunner = {
  /** Schedules a check under a new key, the first start within a second. */
  readonly add: (key: string, plan: CheckPlan, intervalMs: number) => void;
  /** Forgets a check; one under way is aborted and its result never told. */
  readonly remove: (key: string) => void;
  readonly statistics: (key: string) => CheckStatistics | undefined;
  readonly activity: () => CheckActivity;
  readonly stop: () => void;
};

type Check = {
  readonly key: string;
  readonly plan: CheckPlan;
  readonly schedule: Schedule;
  combined: CombinedState;
  /** The latest start that came due. */
  due: Micros;
  cancelNext: () => void;
  /** Set while a probe is under way. */
  cancelRun: (() => void) | undefined;
  statistics: CheckStatistics;
};

export function createCheckRunner(options: CheckRunnerOptions): CheckRunner {
  const { clock } = options;
  const checks = new Map<string, Check>();
  const waiting = new Set<Check>();
  const lateness = createLatenessHistogram();
  let running = 0;
  let startedThisTurn = 0;
  let cancelTurn: (() => void) | undefined;

  const scheduleAt = (check: Check, start: Micros): void => {
    check.cancelNext = clock.after((start - clock.now()) / 1000, () => {
      scheduleAt(check, nextStart(check.schedule, start, clock.now()));
      comeDue(check, start);
    });
  };

  const comeDue = (check: Check, start: Micros): void => {
    if (!options.mayStart(check.key)) return;
    if (check.cancelRun !== undefined || waiting.has(check)) {
      check.statistics = { ...check.statistics, skipped: check.statistics.skipped + 1 };
      return;
    }
    check.due = start;
    waiting.add(check);
    startWaiting();
  };

  const startWaiting = (): void => {
    for (const check of waiting) {
      if (running >= options.concurrency || startedThisTurn >= startsATurn) return;
      waiting.delete(check);
      startedThisTurn++;
      cancelTurn ??= clock.after(0, turn);
      start(check);
    }
  };

  const turn = (): void => {
    cancelTurn = undefined;
    startedThisTurn = 0;
    startWaiting();
  };

  const start = (check: Check): void => {
    running++;
    const startedAt = clock.now();
    lateness.note(startedAt - check.due);
    const cancel = runProbe(options, nextTarget(check.plan, check.combined), (result) => {
      running--;
      check.cancelRun = undefined;
      check.combined = stepCombined(check.plan, check.combined, result.outcome);
      check.statistics = {
        ...check.statistics,
        ended: check.statistics.ended + 1,
        latenessMs: (startedAt - check.due) / 1000,
        tookMs: (clock.now() - startedAt) / 1000,
      };
      options.onResult(check.key, result);
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
      if (checks.has(key)) throw new Error(`Cannot add check: a new key, got ${key}`);
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
      };
      checks.set(key, check);
      scheduleAt(check, schedule.first);
    },
    remove: (key) => {
      remove(key);
      startWaiting();
    },
    statistics: (key) => checks.get(key)?.statistics,
    activity: () => ({
      checks: checks.size,
      underWay: running,
      waiting: waiting.size,
      places: options.concurrency,
      lateness: lateness.summary(),
    }),
    stop: () => {
      waiting.clear();
      cancelTurn?.();
      for (const key of [...checks.keys()]) remove(key);
    },
  };
}

/**
 * Runs one probe to its end or to its deadline, and tells the result once. A deadline that fires late means
 * that this process stood still (suspended, starved): the answer may be waiting in the socket, so the server
 * is given the lost time again, at most once over.
 * @returns cancels it: the probe is aborted and no result told.
 */
function runProbe(
  { clock, probe }: CheckRunnerOptions,
  { target, timeoutMs }: TimedTarget,
  onEnd: (result: ProbeResult) => void,
): () => void {
  const abort = new AbortController();
  const deadline = clock.now() + timeoutMs * 1000;
  let ended = false;
  const end = (result?: ProbeResult): void => {
    if (ended) return;
    ended = true;
    cancelTimer();
    if (result !== undefined) onEnd(result);
  };
  const expire = (): void => {
    const lateMs = (clock.now() - deadline) / 1000;
    // Not before the sockets were read once more: a timer that is due fires ahead of the data beside it.
    cancelTimer = clock.after(lateMs > heldUpMs ? Math.min(lateMs, timeoutMs) : 0, giveUp);
  };
  const giveUp = (): void => {
    const failure = { outcome: 'failure', detail: `no answer within ${timeoutMs} ms` } as const;
    cancelTimer = clock.after(lastWordsMs, () => end(failure));
    abort.abort();
  };
  let cancelTimer = clock.after(timeoutMs, expire);
  Promise.resolve()
    .then(() => probe(target, abort.signal))
    .then(end, (error: unknown) => end({ outcome: 'unmade', detail: `probe broke: ${String(error)}` }));
  return () => {
    end();
    abort.abort();
  };
}
