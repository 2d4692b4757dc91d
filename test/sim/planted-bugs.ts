// Bugs that could be in the machine, planted from outside: each wraps step(), or replaces the deadline, so that
// one rule is broken. The simulator must find every one of them (planted-bugs.test.ts): it shows that it can.
import type { createDeadline, Deadline } from '../../src/daemon/vrrp/router/deadline.ts';
import type { Effect, Event, RouterConfig, State, Step } from '../../src/vrrp/types.ts';
import { realMachine } from './simulate.ts';
import { priorityOf, skewOf } from './windows.ts';
import type { Machine } from './world.ts';

type Wrap = (router: RouterConfig, state: State, event: Event, now: number) => Step;

const { step } = realMachine;
const planted = (wrapped: Wrap): Machine => ({ ...realMachine, step: wrapped });

const filtered = ({ state, effects }: Step, keeps: (effect: Effect) => boolean): Step => ({
  state,
  effects: effects.filter(keeps),
});

/** The lower address wins. */
const tieBreakFlipped: Wrap = (router, state, event, now) => {
  const isTie = event.type === 'advertReceived' && event.advert.priority === priorityOf(router);
  if (!isTie || state.phase !== 'active') return step(router, state, event, now);
  const mirrored = { ...event, source: router.sourceAddress };
  return step({ ...router, sourceAddress: event.source }, state, mirrored, now);
};

/** What a start finds does not count: it is taken away. */
const foundIsRemoved: Wrap = (router, state, event, now) => {
  if (event.type !== 'startup' && event.type !== 'resumed') return step(router, state, event, now);
  const { finds: _, ...blind } = event;
  return step(router, state, blind, now);
};

/** It is held as long as the timer of a backup runs, whoever is heard. */
const foundIsKept: Wrap = (router, state, event, now) =>
  state.phase === 'leaving' && state.purpose === 'start' && event.type === 'advertReceived'
    ? { state, effects: [] }
    : step(router, state, event, now);

const skewDropped: Wrap = (router, state, event, now) => {
  const made = step(router, state, event, now);
  const next = made.state;
  if (next.phase !== 'backup') return made;
  if (state.phase === 'backup' && state.activeDownAt === next.activeDownAt) return made;
  const skewUs = Math.floor(skewOf(router, priorityOf(router), next.activeIntervalUs));
  return { ...made, state: { ...next, activeDownAt: next.activeDownAt - skewUs } };
};

const resignationIgnored: Wrap = (router, state, event, now) =>
  event.type === 'advertReceived' && event.advert.priority === 0 && state.phase === 'backup'
    ? { state, effects: [] }
    : step(router, state, event, now);

const leaseNotRenewed: Wrap = (...given) => filtered(step(...given), ({ type }) => type !== 'renewLease');

const stallGuardOff: Wrap = (router, state, event, now) =>
  step(router, state.phase === 'active' ? { ...state, lastAdvertAt: now } : state, event, now);

const leavingRemovesAtOnce: Wrap = (router, state, event, now) => {
  const made = step(router, state, event, now);
  if (made.state.phase !== 'leaving' || state.phase === 'leaving') return made;
  const { addresses } = router;
  return { ...made, effects: [...made.effects, { type: 'removeAddresses', addresses, reason: 'shutdown' }] };
};

const losingAdvertUnanswered: Wrap = (router, state, event, now) => {
  const isLosing = event.type === 'advertReceived' && event.advert.priority < priorityOf(router);
  const made = step(router, state, event, now);
  return isLosing && state.phase === 'active' ? filtered(made, ({ type }) => type !== 'sendAdvert') : made;
};

const alwaysPreempts: Wrap = (router, ...given) => step({ ...router, preempt: true }, ...given);

const intervalNotLearned: Wrap = (router, state, event, now) => {
  if (event.type !== 'advertReceived' || event.advert.version !== 3) return step(router, state, event, now);
  const advert = { ...event.advert, intervalCs: router.advertIntervalUs / 10_000 };
  return step(router, state, { ...event, advert }, now);
};

/** What tells an active that it is not alone is heard, and the neighbours are not. */
const rivalNotAnnounced: Wrap = (router, state, event, now) => {
  const made = step(router, state, event, now);
  if (state.phase !== 'active' || made.state.phase !== 'active') return made;
  const { announcement: _, ...silent } = made.state;
  return filtered({ ...made, state: silent }, ({ type }) => type !== 'announce');
};

/** As if nothing had been announced for long. */
const answersUnpaced: Wrap = (router, state, event, now) => {
  if (event.type !== 'answeredElsewhere' || state.phase !== 'active') return step(router, state, event, now);
  const { contest: _, announcement: __, ...calm } = state;
  return step(router, { ...calm, lastAnnounceAt: Number.NEGATIVE_INFINITY }, event, now);
};

const announcedUnheard: Wrap = (router, state, event, now) => {
  const made = step(router, state, event, now);
  const isUnheard = made.state.phase === 'active' && made.state.unsent !== undefined;
  if (!isUnheard || event.type !== 'advertReceived') return made;
  return { ...made, effects: [...made.effects, { type: 'announce', round: 2, repeat: 1 }] };
};

const unheardStays: Wrap = (router, state, event, now) =>
  event.type === 'advertFailed' ? { state, effects: [] } : step(router, state, event, now);

/** A timer is believed at once, whatever waits in the socket: what Node and FRR do by themselves. */
const deadlineBeforeInput: typeof createDeadline = (next, reached, { clock }): Deadline => {
  let cancel = (): void => {};
  const arm = (): void => {
    cancel();
    const at = next();
    if (at === undefined) return;
    cancel = clock.after(Math.max(0, at - clock.now()) / 1000, () => {
      reached();
      arm();
    });
  };
  return { arm, cancel: () => cancel() };
};

export type PlantedBug = {
  readonly machine: Machine;
  /** What is broken first by it, in one run or another. */
  readonly breaks: readonly string[];
};

/** By the rule that is broken. */
export const PLANTED_BUGS: Readonly<Record<string, PlantedBug>> = {
  'the tie-break is flipped': { machine: planted(tieBreakFlipped), breaks: ['S3', 'S4'] },
  'a start takes away what it finds': { machine: planted(foundIsRemoved), breaks: ['L10'] },
  'a start keeps what it finds beside an active': { machine: planted(foundIsKept), breaks: ['S10'] },
  'Skew_Time is dropped': { machine: planted(skewDropped), breaks: ['L4'] },
  'priority 0 is ignored': { machine: planted(resignationIgnored), breaks: ['L1'] },
  'the lease is not renewed': { machine: planted(leaseNotRenewed), breaks: ['S1', 'L9'] },
  'the stall guard is off': { machine: planted(stallGuardOff), breaks: ['S6'] },
  'a leaving router removes its addresses at once': {
    machine: planted(leavingRemovesAtOnce),
    breaks: ['L2', 'L9'],
  },
  'a losing advert is not answered': { machine: planted(losingAdvertUnanswered), breaks: ['S3'] },
  'who must not preempt does': { machine: planted(alwaysPreempts), breaks: ['L4'] },
  'the interval of the active is not learned': { machine: planted(intervalNotLearned), breaks: ['L1', 'L4'] },
  'two actives meet, and the one that stays does not tell the neighbours': {
    machine: planted(rivalNotAnnounced),
    breaks: ['L11'],
  },
  'nobody asks whether another host has its address': {
    machine: { ...realMachine, asks: false },
    breaks: ['L11'],
  },
  'whoever answers for its address is answered each time': {
    machine: planted(answersUnpaced),
    breaks: ['S14'],
  },
  'an active that nobody hears announces itself': { machine: planted(announcedUnheard), breaks: ['S13'] },
  'an active that nobody hears stays': {
    machine: planted(unheardStays),
    breaks: ['L9', 'L1', 'S13', 'S1', 'S5'],
  },
  'a deadline is acted on before the socket is read': {
    machine: { ...realMachine, createDeadline: deadlineBeforeInput },
    breaks: ['S5'],
  },
};
