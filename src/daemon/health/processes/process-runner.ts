// The runner of checks that has others make them: check processes, as many as are wanted and worth it, while the main
// process makes what only it can (health/checks/cost.ts), and all where there are few. What is known of each check stays
// here, so that whoever makes it may end at any moment: what was under way is made again.

import { isOfMainProcess, type ProcessWish, processesFor } from '../../../health/checks/cost.ts';
import { createCheckGauge } from '../check-gauge.ts';
import { type CheckRunner, createCheckRunner } from '../check-runner.ts';
import type { CheckActivity, CheckStarterOptions } from '../check-starter.ts';
import { newCheck } from '../scheduled-check.ts';
import type { FromCheckProcess, ResultBatch } from './messages.ts';
import { createPlacePace, type PlacePace } from './place-pace.ts';
import { createPool, type Pool, type PoolPorts } from './pool.ts';
import { loadOfCheck, withoutRemote } from './remote-check.ts';
import {
  abandon,
  entrust,
  follow,
  forget,
  noRemoteChecks,
  place,
  type RemoteChecks,
  supply,
} from './remote-checks.ts';
import { type TakePorts, takeResult } from './take-result.ts';
import { createTaskQueue } from './task-queue.ts';

/** What a process that has fallen behind gives away of what it has. */
const relief = 0.125;

export type ProcessRunnerPorts = Pick<PoolPorts, 'fork'> & {
  /** That this program may use. */
  readonly processors: number;
};

type Runner = {
  readonly options: CheckStarterOptions;
  readonly processors: number;
  /** Makes what only the main process can, and all where there is no other. */
  readonly local: CheckRunner;
  readonly remote: RemoteChecks;
  readonly pool: Pool;
  readonly pace: PlacePace;
  /** As each process has told last. */
  readonly activities: Map<number, Pick<ResultBatch, 'underWay' | 'waiting'>>;
  readonly taking: TakePorts;
};

export function createProcessRunner(options: CheckStarterOptions, ports: ProcessRunnerPorts): CheckRunner {
  const { clock, journal } = options;
  const gauge = createCheckGauge(journal, () => activityOf(runner).checks);
  const local = createCheckRunner({ ...options, gauge });
  const remote = noRemoteChecks(
    options,
    createTaskQueue(clock, (index, message) => pool.send(index, message)),
  );
  const pool: Pool = createPool(
    { clock, journal, fork: ports.fork },
    {
      onStarted: (index) => supply(remote, index),
      onMessage: (index, message) => hear(runner, index, message),
      onLost: (index, again) => {
        runner.activities.delete(index);
        if (!again) for (const check of abandon(remote, index)) place(remote, check);
      },
    },
  );
  const runner: Runner = {
    ...{ options, processors: ports.processors, local, remote, pool, pace: createPlacePace() },
    ...{ activities: new Map(), taking: { ...options, gauge, remote } },
  };
  return {
    ...local,
    add: (key, plan, intervalMs) => {
      if (pool.size() === 0 || isOfMainProcess(plan)) local.add(key, plan, intervalMs);
      else entrust(remote, newCheck(key, plan, { now: clock.now(), intervalMs }));
    },
    remove: (key) => {
      local.remove(key);
      forget(remote, key);
    },
    statistics: (key) => remote.byKey.get(key)?.statistics ?? local.statistics(key),
    lastOf: (key) => remote.byKey.get(key)?.last ?? local.lastOf(key),
    activity: () => activityOf(runner),
    shareOut: (wish) => shareOut(runner, wish),
    stop: () => {
      remote.cancelRelease?.();
      pool.resize(0);
      for (const key of [...remote.byKey.keys()]) forget(remote, key);
      local.stop();
    },
  };
}

function hear(runner: Runner, index: number, message: FromCheckProcess): void {
  if (message.type !== 'results') return;
  runner.activities.set(index, message);
  for (const row of message.rows) {
    const [, , lateUs] = row;
    if (takeResult(runner.taking, index, row)) relieve(runner, index, lateUs);
  }
}

/** Who has fallen behind the others gives some away. */
function relieve({ options, remote, pool, pace }: Runner, index: number, lateUs: number): void {
  const behind = pace.note(index, lateUs, options.clock.now());
  if (behind === undefined) return;
  const moves = remote.shares.relieve(behind.place, relief);
  const [first] = moves;
  if (first === undefined) return;
  follow(remote, moves);
  options.journal({
    ...{ event: 'checks.moved', checks: moves.length, late_ms: Math.round(behind.lateUs / 1000) },
    ...{ from_pid: pool.pidOf(first.from) ?? 0, to_pid: pool.pidOf(first.to) ?? 0 },
  });
}

function shareOut({ local, remote, pool, processors, activities }: Runner, wish: ProcessWish): void {
  const mine = [...local.all()].filter(({ plan }) => !isOfMainProcess(plan));
  const load = [...mine, ...remote.byKey.values()].reduce((sum, check) => sum + loadOfCheck(check), 0);
  const wanted = processesFor(wish, load, { processors, running: pool.size() });
  const tooMany = Array.from({ length: pool.size() }, (_, index) => index).slice(wanted);
  const left = tooMany.flatMap((index) => {
    activities.delete(index);
    return abandon(remote, index);
  });
  pool.resize(wanted);
  if (wanted > 0) {
    for (const check of left) place(remote, check);
    for (const { key } of mine) {
      const check = local.take(key);
      if (check !== undefined) entrust(remote, check);
    }
    return;
  }
  const back = [...remote.byKey.values()];
  for (const { key } of back) forget(remote, key);
  for (const check of back) local.begin(withoutRemote(check));
}

function activityOf({ local, remote, pool, pace, activities, options }: Runner): CheckActivity {
  const own = local.activity();
  const sum = (of: 'underWay' | 'waiting') =>
    [...activities.values()].reduce((total, each) => total + each[of], own[of]);
  const processes = Array.from({ length: pool.size() }, (_, index) => {
    const pid = pool.pidOf(index);
    const latenessMs = Math.round(pace.latenessOf(index) / 100) / 10;
    return { ...(pid !== undefined && { pid }), checks: remote.shares.countOf(index), latenessMs };
  });
  return {
    ...{ ...own, checks: own.checks + remote.byKey.size },
    ...{ underWay: sum('underWay'), waiting: sum('waiting') },
    places: options.concurrency * (1 + processes.length),
    ...(processes.length > 0 && { processes }),
  };
}
