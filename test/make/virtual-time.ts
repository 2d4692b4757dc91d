// Time, event loop and network of one process, all in memory: nothing runs but when the test lets it. A turn
// of the loop is as in Node: timers that are due, then what the sockets have (32 datagrams each), then
// whatever waited for that.
import type { Clock, EventLoop, Micros } from '../../src/ports/clock.ts';

const datagramsPerPoll = 32;

export type VirtualTime = Clock &
  EventLoop & {
    /** Runs everything that falls due within that time, in order, and all that follows from it. */
    readonly advance: (ms: number) => Promise<void>;
    /** When the next timer is due, in ms from now; undefined where none is set. */
    readonly nextInMs: () => number | undefined;
    /** How many timers are set. */
    readonly waiting: () => number;
    /** The process stands still: timers fall due, sockets fill, and nothing runs. */
    readonly stall: (ms: number) => void;
    /** A source of events that is read in the poll phase. */
    readonly socket: <T>(deliver: (item: T) => void) => { readonly push: (item: T) => void };
  };

type Timer = { readonly at: Micros; readonly callback: () => void };

export function createVirtualTime(): VirtualTime {
  let now: Micros = 1_000_000_000;
  const timers = new Set<Timer>();
  let afterPoll: (() => void)[] = [];
  const polls: (() => boolean)[] = [];

  const nextTimer = () =>
    [...timers].reduce<Timer | undefined>((a, b) => (a && a.at <= b.at ? a : b), undefined);

  /** @returns whether anything happened. */
  async function turn(): Promise<boolean> {
    let busy = false;
    for (let timer = nextTimer(); timer !== undefined && timer.at <= now; timer = nextTimer()) {
      timers.delete(timer);
      timer.callback();
      busy = true;
    }
    const waiting = afterPoll;
    afterPoll = [];
    await settled();
    for (const poll of polls) busy = poll() || busy;
    await settled();
    for (const callback of waiting) callback();
    await settled();
    return busy || waiting.length > 0;
  }

  const advance = async (ms: number) => {
    const end = now + ms * 1000;
    for (;;) {
      while (await turn());
      const next = nextTimer();
      if (next === undefined || next.at > end) break;
      now = next.at;
    }
    now = Math.max(now, end);
  };

  return {
    now: () => now,
    after: (delayMs, callback) => {
      const timer = { at: now + Math.round(delayMs * 1000), callback };
      timers.add(timer);
      return () => void timers.delete(timer);
    },
    afterPoll: (callback) => void afterPoll.push(callback),
    advance,
    nextInMs: () => {
      const next = nextTimer();
      return next === undefined ? undefined : (next.at - now) / 1000;
    },
    waiting: () => timers.size,
    stall: (ms) => {
      now += ms * 1000;
    },
    socket: (deliver) => {
      const queue: Parameters<typeof deliver>[0][] = [];
      polls.push(() => {
        const read = queue.splice(0, datagramsPerPoll);
        for (const item of read) deliver(item);
        return read.length > 0;
      });
      return { push: (item) => void queue.push(item) };
    },
  };
}

/** Every promise that can settle without time passing has settled. */
const settled = () => new Promise((resolve) => setImmediate(resolve));
