// The check processes: as many as are wanted, each in a place of its own. One that dies or hangs is started again at once;
// one that does so again within a minute, after a pause that grows. What they are given is process-runner.ts's.

import type { Journal } from '../../../journal/event.ts';
import type { Clock, EventLoop, Micros } from '../../../ports/clock.ts';
import { retryMsAfter } from '../../pace/backoff.ts';
import type { FromCheckProcess, ToCheckProcess } from './messages.ts';
import { type CheckChild, watchCheckProcess } from './watch-process.ts';

/** Of several deaths within so long, none is an accident. */
const recentUs = 60_000_000;

export type PoolPorts = {
  readonly clock: Clock & EventLoop;
  readonly journal: Journal;
  readonly fork: () => CheckChild;
};

/** What happens to the process of a place; `place` from 0. */
export type PoolListener = {
  /** It can be given checks: it has none, whatever the one before it had. */
  readonly onStarted: (place: number) => void;
  /** @param again whether another is started at once; else its checks are for others to make. */
  readonly onLost: (place: number, again: boolean) => void;
  readonly onMessage: (place: number, message: FromCheckProcess) => void;
};

export type Pool = {
  /** From now on so many; those that are too many end, and were told of by nothing. */
  readonly resize: (wanted: number) => void;
  readonly send: (place: number, message: ToCheckProcess) => void;
  readonly pidOf: (place: number) => number | undefined;
  readonly size: () => number;
};

type Place = {
  child: CheckChild | undefined;
  stop: () => void;
  deaths: readonly Micros[];
};

export function createPool({ clock, journal, fork }: PoolPorts, listener: PoolListener): Pool {
  const places: Place[] = [];

  const start = (index: number, place: Place): void => {
    const child = fork();
    const watched = watchCheckProcess(child, clock, {
      onMessage: (message) => hear(index, child.pid, message),
      onEnded: (reason) => die(index, place, reason),
    });
    place.child = child;
    place.stop = watched.stop;
    listener.onStarted(index);
  };

  const hear = (index: number, pid: number, message: FromCheckProcess): void => {
    if (message.type === 'fault') journal(message.event);
    else if (message.type === 'ready')
      journal({
        event: 'checks.process_started',
        pid,
        ...(message.user !== undefined && { user: message.user }),
      });
    else listener.onMessage(index, message);
  };

  const die = (index: number, place: Place, reason: string): void => {
    const { pid } = place.child ?? { pid: 0 };
    const now = clock.now();
    place.child = undefined;
    place.deaths = [...place.deaths.filter((at) => now - at < recentUs), now].slice(-8);
    const pauseMs = place.deaths.length === 1 ? 0 : retryMsAfter(place.deaths.length - 1);
    const action = pauseMs === 0 ? 'started again' : `others make its checks; again in ${pauseMs} ms`;
    journal({ event: 'checks.process_lost', pid, reason, action });
    listener.onLost(index, pauseMs === 0);
    if (pauseMs === 0) start(index, place);
    else place.stop = clock.after(pauseMs, () => start(index, place));
  };

  return {
    resize: (wanted) => {
      for (const place of places.splice(wanted)) place.stop();
      while (places.length < wanted) {
        const place: Place = { child: undefined, stop: () => {}, deaths: [] };
        places.push(place);
        start(places.length - 1, place);
      }
    },
    send: (place, message) => places[place]?.child?.send(message),
    pidOf: (place) => places[place]?.child?.pid,
    size: () => places.length,
  };
}
