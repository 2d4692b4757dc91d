// Runs the state machine of one router: each event through step(), its effects to whoever carries them out, in order, and
// awake at its deadlines, which are believed only after the socket has been read (deadline.ts). It decides nothing of
// the election. src/vrrp/README.md says what a caller of step() must do, and why.
import type { Phase } from '../../../model/vrrp.ts';
import type { Clock, EventLoop } from '../../../ports/clock.ts';
import { nextDeadline } from '../../../vrrp/next-deadline.ts';
import { initialState, step } from '../../../vrrp/step.ts';
import type { Effect, Event, RouterConfig, State } from '../../../vrrp/types.ts';
import { createDeadline } from './deadline.ts';

export type Machine = {
  readonly router: () => RouterConfig;
  readonly state: () => State;
  /** Before the first event. */
  readonly configure: (router: RouterConfig) => void;
  readonly dispatch: (event: Event) => void;
  /** The same router with other settings, if they are others. */
  readonly reconfigure: (router: RouterConfig) => void;
  /** No deadline wakes it any more. */
  readonly close: () => void;
};

export type MachinePorts = {
  readonly clock: Clock & EventLoop;
  /** Datagrams read so far. */
  readonly received: () => number;
  readonly carryOut: (effects: readonly Effect[]) => void;
  /** The timer of an advert was believed that much after its time. */
  readonly onAdvertDue: (lateUs: number) => void;
  readonly onTransition: (from: Phase) => void;
  /** After each step. */
  readonly onStepped: () => void;
};

export function createMachine(initial: RouterConfig, ports: MachinePorts): Machine {
  const { clock } = ports;
  let router = initial;
  let state = initialState(clock.now());
  const deadline = createDeadline(
    () => nextDeadline(state),
    () => dispatch({ type: 'deadlineReached' }),
    ports,
  );

  function dispatch(event: Event): void {
    const before = state.phase;
    const now = clock.now();
    if (event.type === 'deadlineReached' && state.phase === 'active' && now >= state.nextAdvertAt)
      ports.onAdvertDue(now - state.nextAdvertAt);
    const next = step(router, state, event, now);
    state = next.state;
    // What it wants done now is meant for the new configuration.
    if (event.type === 'reconfigured') router = event.router;
    ports.carryOut(next.effects);
    if (state.phase !== before) ports.onTransition(before);
    deadline.arm();
    ports.onStepped();
  }

  return {
    router: () => router,
    state: () => state,
    configure: (next) => {
      router = next;
    },
    dispatch,
    reconfigure: (next) => {
      if (next === router || JSON.stringify(next) === JSON.stringify(router)) return;
      dispatch({ type: 'reconfigured', router: next });
    },
    close: deadline.cancel,
  };
}
