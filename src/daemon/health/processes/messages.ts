// What the main process and a check process say to each other over the fork channel: JSON, one message at a time, in
// order. What a check process says is believed only as decode-batch.ts reads it: it talks with servers that nobody vouches for.

import type { CheckPlan } from '../../../health/checks/plan.ts';
import type { CombinedState } from '../../../health/combined.ts';
import type { Schedule } from '../../../health/schedule.ts';
import type { JournalEvent } from '../../../journal/event.ts';
import type { ShownResult } from '../../../model/probe-result.ts';
import type { Micros } from '../../../ports/clock.ts';

/** One check from now on. */
export type CheckTask = {
  /** Of this check in this process; never used again. */
  readonly id: number;
  readonly plan: CheckPlan;
  readonly schedule: Schedule;
  /** Its next start; one that has gone by is made up for. */
  readonly due: Micros;
  readonly combined: CombinedState;
  /** Every server that it judges is held out by the operator: it is not made. */
  readonly held: boolean;
  /** What an agent beside it said last: one that is silent does not take it back. */
  readonly weightPercent?: number;
};

/** How many tasks go in one message. */
export const tasksAtOnce = 100;

export type ToCheckProcess =
  /** What it is to make from now on, and what no more: one under way is aborted and never told. */
  | { readonly type: 'tasks'; readonly begin: readonly CheckTask[]; readonly end: readonly number[] }
  | { readonly type: 'hold'; readonly id: number; readonly held: boolean }
  /** It has failed, and is looked into soon (health/schedule.ts, retryStart). */
  | { readonly type: 'retry'; readonly id: number };

/**
 * One run of a check: the id of its task, when it began, how late that was and how long it took (us), how many starts were
 * left out since the one before, and what it said; null: word for word what it said before.
 */
export type ResultRow = readonly [
  id: number,
  startedAt: Micros,
  lateUs: Micros,
  tookUs: Micros,
  skipped: number,
  result: ShownResult | null,
];

export type ResultBatch = {
  readonly type: 'results';
  readonly rows: readonly ResultRow[];
  readonly underWay: number;
  /** Due, but without a free place. */
  readonly waiting: number;
};

/** No batch has more: what is more goes in the next. */
export const rowsMax = 500;

export type FromCheckProcess =
  | ResultBatch
  /** It is there. @property user as whom, where it has given up being root. */
  | { readonly type: 'ready'; readonly user?: string }
  | { readonly type: 'fault'; readonly event: JournalEvent & { readonly event: 'daemon.fault' } }
  | { readonly type: 'heartbeat' };
