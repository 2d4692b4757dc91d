// Who may begin now, where only so many may be under way at once: first come, first served, and in each turn of the
// event loop a few.

import type { EventLoop } from '../../ports/clock.ts';

export type PlacesLimits = {
  /** Under way at once. */
  readonly max: number;
  /**
   * Starts before the sockets are read again. Where there is more to do than can be done, starts then come late, and what is
   * under way still goes on: started without measure, all checks would run into their deadlines, at healthy servers. It
   * is the poll phase that must come between, not time: Node runs timers for as long as any is due.
   */
  readonly startsATurn: number;
};

export type Places<T> = {
  /** It begins now, or when its turn comes. */
  readonly ask: (one: T) => void;
  /** It does not want to begin any more. */
  readonly forget: (one: T) => void;
  /** One that has begun is not under way any more; who waits begins by {@link Places.fill}. */
  readonly leave: () => void;
  readonly fill: () => void;
  readonly underWay: () => number;
  readonly waiting: () => number;
};

export function createPlaces<T>(
  loop: EventLoop,
  { max, startsATurn }: PlacesLimits,
  begin: (one: T) => void,
): Places<T> {
  const waiting = new Set<T>();
  let taken = 0;
  let startedThisTurn = 0;

  const fill = (): void => {
    for (const one of waiting) {
      if (taken >= max || startedThisTurn >= startsATurn) return;
      waiting.delete(one);
      if (startedThisTurn === 0) loop.afterPoll(nextTurn);
      startedThisTurn++;
      taken++;
      begin(one);
    }
  };

  const nextTurn = (): void => {
    startedThisTurn = 0;
    fill();
  };

  return {
    ask: (one) => {
      waiting.add(one);
      fill();
    },
    forget: (one) => void waiting.delete(one),
    leave: () => {
      taken--;
    },
    fill,
    underWay: () => taken,
    waiting: () => waiting.size,
  };
}
