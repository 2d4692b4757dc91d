// The results of a check process on their way to the main process: gathered for a moment, so that a thousand results are
// some ten messages; none is sent before the one before has left. Where the main process does not read, what waits is
// bounded: the oldest results go first, as the newest say more.

import type { ShownResult } from '../../../model/probe-result.ts';
import type { Clock } from '../../../ports/clock.ts';
import { type ResultBatch, type ResultRow, rowsMax } from './messages.ts';

const gatherMs = 20;
/** Some seconds of the most that one process makes. */
const waitingMax = 20_000;

/** As a row, with what it said. */
export type Result = readonly [...times: Times, result: ShownResult];
type Times = readonly [id: number, startedAt: number, lateUs: number, tookUs: number, skipped: number];

export type Outbox = {
  readonly add: (result: Result) => void;
  /** A task has ended. */
  readonly forget: (id: number) => void;
};

export type OutboxPorts = {
  readonly clock: Clock;
  /** @param onLeft when the channel has taken it. */
  readonly send: (batch: ResultBatch, onLeft: () => void) => void;
  readonly activity: () => Pick<ResultBatch, 'underWay' | 'waiting'>;
};

export function createOutbox({ clock, send, activity }: OutboxPorts): Outbox {
  let rows: Result[] = [];
  /** By task, what the main process knows. */
  const told = new Map<number, ShownResult>();
  let isLeaving = false;
  let isGathering = false;

  const rowOf = ([id, startedAt, lateUs, tookUs, skipped, result]: Result): ResultRow => {
    const before = told.get(id);
    const isNews = before === undefined || !isSame(before, result);
    if (isNews) told.set(id, result);
    return [id, startedAt, lateUs, tookUs, skipped, isNews ? result : null];
  };

  const flush = (): void => {
    isGathering = false;
    if (isLeaving || rows.length === 0) return;
    const batch = rows.slice(0, rowsMax).map(rowOf);
    rows = rows.slice(rowsMax);
    isLeaving = true;
    send({ type: 'results', rows: batch, ...activity() }, () => {
      isLeaving = false;
      if (rows.length > 0) gather();
    });
  };

  const gather = (): void => {
    if (isGathering) return;
    isGathering = true;
    clock.after(rows.length >= rowsMax ? 0 : gatherMs, flush);
  };

  return {
    add: (result) => {
      rows.push(result);
      if (rows.length > 2 * waitingMax) rows = rows.slice(-waitingMax);
      gather();
    },
    forget: (id) => void told.delete(id),
  };
}

/** Nearly all say what they said before, and nothing but that. */
function isSame(a: ShownResult, b: ShownResult): boolean {
  if (a.outcome !== b.outcome || a.detail !== b.detail) return false;
  return isPlain(a) && isPlain(b) ? true : JSON.stringify(a) === JSON.stringify(b);
}

const isPlain = (result: ShownResult): boolean => Object.keys(result).length === 2;
