// When a router next wants to be woken. The shell sleeps until then, drains its socket, then reports
// deadlineReached.

import type { Micros } from '../ports/clock.ts';
import type { State } from './types.ts';

/** Undefined: nothing but an event moves this router. */
export function nextDeadline(state: State): Micros | undefined {
  switch (state.phase) {
    case 'backup':
      return state.stance === 'wants' ? undefined : state.activeDownAt;
    case 'active':
      return Math.min(
        state.nextAdvertAt,
        state.announcement?.at ?? Number.POSITIVE_INFINITY,
        state.unsent?.until ?? Number.POSITIVE_INFINITY,
      );
    case 'leaving':
      if (state.wants === true && state.purpose === 'start') return undefined;
      return Math.min(state.until, state.repeatAt ?? Number.POSITIVE_INFINITY);
    case 'initialize':
    case 'fault':
      return undefined;
  }
}
