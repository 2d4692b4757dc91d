// Wakes a state machine at its next deadline. A timer that fired is believed only after a poll phase has read
// the socket, and another one as long as the last was not enough to empty it: an overdue timer fires before
// the datagrams that were waiting. Bounded, so that a flood cannot put off our own adverts for long.
// docs/reference/sockets.md §4.
import type { Clock, EventLoop, Micros } from '../../../ports/clock.ts';

/** libuv reads at most 32 datagrams of a socket in one poll phase. */
const datagramsPerPoll = 32;
/** Enough for what the receive buffer holds. */
const passesMax = 64;

export type Deadline = {
  /** The next deadline may be another one now. */
  readonly arm: () => void;
  readonly cancel: () => void;
};

export type DeadlinePorts = {
  readonly clock: Clock & EventLoop;
  /** Datagrams read so far. */
  readonly received: () => number;
};

export function createDeadline(
  next: () => Micros | undefined,
  reached: () => void,
  { clock, received }: DeadlinePorts,
): Deadline {
  let armed: { readonly at: Micros; readonly cancel: () => void } | undefined;
  let confirming = false;
  let cancelled = false;

  function arm(): void {
    const at = next();
    // A timer that is early anyway looks again when it fires: adverts need not move it each time.
    if (cancelled || confirming || at === undefined || (armed !== undefined && armed.at <= at)) return;
    armed?.cancel();
    armed = { at, cancel: clock.after(Math.max(0, at - clock.now()) / 1000, fired) };
  }

  function fired(): void {
    armed = undefined;
    const at = next();
    if (at === undefined || clock.now() < at) {
      arm();
      return;
    }
    confirming = true;
    confirm(1);
  }

  function confirm(pass: number): void {
    const before = received();
    clock.afterPoll(() => {
      if (cancelled) return;
      if (received() - before >= datagramsPerPoll && pass < passesMax) return confirm(pass + 1);
      confirming = false;
      const at = next();
      if (at !== undefined && clock.now() >= at) reached();
      arm();
    });
  }

  return {
    arm,
    cancel: () => {
      cancelled = true;
      armed?.cancel();
      armed = undefined;
    },
  };
}
