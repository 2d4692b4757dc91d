// Routers of one director that move as one: the group is active only when every member can be, and one that has
// to give its role up, or is unfit, takes the others along. Looked at after every step of a member; it answers
// with what the members are then to be told. The roles themselves change in step.ts. docs/reference/keepalived.md §2.
import type { Event, Leaving, State } from './types.ts';

export type GroupMember = {
  readonly state: State;
  /** Its own interface, and what it tracks, are well. */
  readonly fit: boolean;
};

export type GroupEvent = Extract<
  Event,
  { readonly type: 'trackFailed' | 'trackRecovered' | 'groupReady' | 'groupLost' }
>;

/**
 * One entry a member: what has happened to it through the others. None at all: the group is at rest.
 * Telling them leads to rest in a bounded number of rounds: members x phases.
 */
export function groupEvents(members: readonly GroupMember[]): readonly (GroupEvent | undefined)[] {
  if (members.some(({ fit }) => !fit)) {
    return members.map(({ state, fit }) =>
      fit && standsForElection(state) ? { type: 'trackFailed' } : undefined,
    );
  }
  if (members.some(({ state }) => state.phase === 'fault')) {
    return members.map(({ state }) => (state.phase === 'fault' ? { type: 'trackRecovered' } : undefined));
  }
  if (members.some(({ state }) => state.phase === 'backup' && state.stance === 'yields')) {
    return members.map(({ state }) => (givesWay(state) ? { type: 'groupLost' } : undefined));
  }
  if (members.every(({ state }) => state.phase === 'active' || wants(state))) {
    return members.map(({ state }) => (wants(state) ? { type: 'groupReady' } : undefined));
  }
  return members.map(() => undefined);
}

const wants = (state: State): boolean =>
  (state.phase === 'backup' && state.stance === 'wants') || (state.phase === 'leaving' && holdsOn(state));

/** It found its addresses at the start, and nobody took over (hold.ts). */
const holdsOn = ({ purpose, wants: isReady }: Leaving): boolean => purpose === 'start' && isReady === true;

const givesWay = (state: State): boolean =>
  state.phase === 'active' || (state.phase === 'leaving' && state.purpose === 'start');

function standsForElection(state: State): boolean {
  if (state.phase === 'leaving') return state.purpose !== 'shutdown' && state.purpose !== 'fault';
  return state.phase === 'backup' || state.phase === 'active';
}
