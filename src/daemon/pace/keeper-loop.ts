// The loop of whoever keeps something in the kernel as configured (the table, the settings of the director, the marks):
// one pass at a time, each saying when the next is due; a pass that is asked for while another waits is the same; what
// else asks the kernel takes its turn between them; and nothing begins after a stop but its last piece of work.

import type { Clock, Micros } from '../../ports/clock.ts';
import { createQueue, createTimer } from './pacing.ts';

export type KeeperLoop = {
  /** A pass, when what is under way has ended. @returns when it has ended as well; after a stop, at once. */
  readonly passNow: () => Promise<void>;
  /** A pass within that time. A thousand requests of one turn of the event loop make one. */
  readonly within: (delayMs: number) => void;
  /** Between two passes. */
  readonly inTurn: <T>(work: () => Promise<T>) => Promise<T>;
  readonly isStopped: () => boolean;
  /** No pass begins any more. @param last done when what is under way has ended. */
  readonly stop: (last: () => Promise<void>) => Promise<void>;
};

/** @param pass @returns in how many ms the next is due; undefined: not before it is asked for. */
export function createKeeperLoop(clock: Clock, pass: () => Promise<number | undefined>): KeeperLoop {
  const inTurn = createQueue();
  const timer = createTimer(clock, () => void passNow());
  let stopped = false;
  /** That has not begun yet. */
  let waiting: Promise<void> | undefined;

  async function run(): Promise<void> {
    waiting = undefined;
    if (stopped) return;
    timer.cancel();
    const nextMs = await pass();
    if (nextMs !== undefined && !stopped) timer.within(nextMs);
  }

  function passNow(): Promise<void> {
    waiting ??= inTurn(run);
    return waiting;
  }

  return {
    passNow,
    within: (delayMs) => {
      if (!stopped) timer.within(delayMs);
    },
    inTurn,
    isStopped: () => stopped,
    stop: (last) => {
      stopped = true;
      timer.cancel();
      return inTurn(last);
    },
  };
}

/** How long it is until the first of these, for what a pass returns; infinite where there is none. */
export const msUntilFirst = (now: Micros, ...times: readonly (Micros | undefined)[]): number =>
  Math.max(0, (Math.min(...times.map((at) => at ?? Number.POSITIVE_INFINITY)) - now) / 1000);
