// How long this process did not listen: stood still, was starved, or was busy for too long at a stretch. What a
// server sends meanwhile waits in its socket, so that time is not held against it. Measured by a timer that
// should have fired, and only while somebody listens: an idle daemon is not woken for it.
import type { Clock, Micros } from '../../ports/clock.ts';

const tickMs = 25;
/** Few checks are worth no more wakes than that. */
const fewTickMs = 250;
const few = 10;
/** The loop comes round later than this only where something is amiss; anything shorter is its usual gait. */
const lateMs = 25;

export type LostTime = {
  /** Somebody listens from now on, for as long as anybody does. */
  readonly watch: () => void;
  /** Lost since the beginning, also just now; only differences mean anything. */
  readonly total: () => Micros;
  readonly stop: () => void;
};

/** @param listening how many wait for an answer. */
export function createLostTime(clock: Clock, listening: () => number): LostTime {
  let lost: Micros = 0;
  let seenAt: Micros = 0;
  /** Of the timer that runs. */
  let periodMs = 0;
  let cancel: (() => void) | undefined;

  const sinceSeen = (now: Micros): Micros => {
    const away = now - seenAt;
    // Where it looks seldom, rather too much than too little: it is the server's.
    return away > (periodMs + lateMs) * 1000 ? away - tickMs * 1000 : 0;
  };
  const arm = (ms: number): void => {
    seenAt = clock.now();
    periodMs = ms;
    cancel = clock.after(ms, tick);
  };
  const look = (): void => {
    lost += sinceSeen(clock.now());
    cancel?.();
    cancel = undefined;
  };
  const period = (): number => (listening() > few ? tickMs : fewTickMs);
  const tick = (): void => {
    look();
    if (listening() > 0) arm(period());
  };

  return {
    watch: () => {
      if (cancel !== undefined && periodMs <= period()) return;
      if (cancel !== undefined) look();
      arm(period());
    },
    total: () => (cancel === undefined ? lost : lost + sinceSeen(clock.now())),
    stop: () => {
      cancel?.();
      cancel = undefined;
    },
  };
}
