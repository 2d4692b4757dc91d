// How long this process did not listen: stood still, was starved, or was busy for too long at a stretch. What a
// server sends meanwhile waits in its socket, so that time is not held against it. Measured by a timer that
// should have fired, and only while somebody listens: an idle daemon is not woken for it.
import type { Clock, Micros } from '../../ports/clock.ts';

const tickMs = 25;
/** The loop comes round later than this only where something is amiss; anything shorter is its usual gait. */
const absentMs = 50;

export type LostTime = {
  /** Somebody listens from now on, for as long as `isNeeded` says. */
  readonly watch: () => void;
  /** Lost since the beginning, also just now; only differences mean anything. */
  readonly total: () => Micros;
  readonly stop: () => void;
};

export function createLostTime(clock: Clock, isNeeded: () => boolean): LostTime {
  let lost: Micros = 0;
  let seenAt: Micros = 0;
  let cancel: (() => void) | undefined;

  const sinceSeen = (now: Micros): Micros => {
    const away = now - seenAt;
    return away > absentMs * 1000 ? away - tickMs * 1000 : 0;
  };
  const arm = (): void => {
    seenAt = clock.now();
    cancel = clock.after(tickMs, tick);
  };
  const tick = (): void => {
    cancel = undefined;
    lost += sinceSeen(clock.now());
    if (isNeeded()) arm();
  };

  return {
    watch: () => {
      if (cancel === undefined) arm();
    },
    total: () => (cancel === undefined ? lost : lost + sinceSeen(clock.now())),
    stop: () => {
      cancel?.();
      cancel = undefined;
    },
  };
}
