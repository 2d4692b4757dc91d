// The monotonic clock and the event loop of the process: CLOCK_MONOTONIC, which every process of the machine
// shares, so that one process can judge the age of what another one stamped.
import type { Clock, EventLoop } from '../ports/clock.ts';

/** Of those that wait so long none needs to fire to the millisecond, and each is spared a wake that comes too early. */
const longMs = 250;

/** Node's timers hold 31 bits of milliseconds; a longer wait is made of several. */
const timerMsMax = 2 ** 31 - 1;

const now = () => {
  const [seconds, nanoseconds] = process.hrtime();
  return seconds * 1_000_000 + Math.floor(nanoseconds / 1000);
};

export const systemClock: Clock & EventLoop = {
  now,
  after: (delayMs, callback) => {
    const due = now() + delayMs * 1000;
    let timer: NodeJS.Timeout;
    const wait = () => {
      const leftMs = Math.max(0, Math.ceil((due - now()) / 1000));
      timer = setTimeout(fire, Math.min(timerMsMax, leftMs < longMs ? leftMs : leftMs + 1));
    };
    // A timer may fire up to a millisecond early: Node rounds its own time (docs/reference/sockets.md §4).
    const fire = () => (now() >= due ? callback() : wait());
    wait();
    return () => clearTimeout(timer);
  },
  afterPoll: (callback) => {
    setImmediate(callback);
  },
};
