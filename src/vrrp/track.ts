// What a router makes of the things it tracks: how much each adds to its priority, and which of them keep it out
// of the election. Nothing is remembered, so whatever recovers gives back exactly what it took. How a thing is
// watched is the shell's matter; the clamp to 1..254 and the owner's exemption are election.ts's.
// The weights are keepalived's (docs/reference/keepalived.md §3).
import type { Finding, Tracker } from '../model/tracking.ts';

/** What one tracker does to the router now. */
export type Influence = {
  readonly tracker: Tracker;
  readonly finding: Finding;
  readonly adds: number | 'fault';
};

/** Which finding a tracker asks for: the same thing with another weight is the same finding. */
export const findingKey = ({ kind, name, quorum }: Tracker): string =>
  quorum === undefined ? `${kind} ${name}` : `${kind} ${name} quorum ${quorum}`;

/** keepalived: a value that takes off more than any priority is a fault. */
const FILE_FAULT = -254;

export const influences = (
  trackers: readonly Tracker[],
  findingOf: (tracker: Tracker) => Finding,
): readonly Influence[] =>
  trackers.map((tracker) => {
    const finding = findingOf(tracker);
    return { tracker, finding, adds: influenceOf(tracker, finding) };
  });

/** The sum that goes into the priority; a fault adds nothing. */
export const priorityOffset = (all: readonly Influence[]): number =>
  all.reduce((sum, { adds }) => sum + (adds === 'fault' ? 0 : adds), 0);

/** What is not known yet changes nothing: a thing that a reload has only just named must not move the role. */
function influenceOf({ weight, reverse }: Tracker, finding: Finding): number | 'fault' {
  if (finding === 'unknown') return 0;
  const factor = reverse ? -weight : weight;
  if (typeof finding === 'object') return fileInfluence(factor, reverse, finding.value);
  if (weight === 0) return (finding === 'up') === reverse ? 'fault' : 0;
  const counts = weight > 0 ? finding === 'up' : finding === 'down';
  return counts ? factor : 0;
}

/** keepalived: weight times value; with weight 0 any value but 0 is a failure. */
function fileInfluence(factor: number, reverse: boolean, value: number): number | 'fault' {
  if (factor === 0) return (value === 0) === reverse ? 'fault' : 0;
  const adds = factor * value;
  return adds <= FILE_FAULT ? 'fault' : adds + 0;
}
