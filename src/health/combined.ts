// Checktype N: one full check, then N cheap connects, and again (ldirectord's combined check). A failure
// anywhere makes the next one a full check, so that a server comes back only by answering in full.
import type { ProbeResult } from '../model/probe-result.ts';
import type { CheckPlan, TimedTarget } from './checks/plan.ts';

/** How many connects have succeeded since the last full check; 'due' when the next is a full one. */
export type CombinedState = number | 'due';

export const firstCombined: CombinedState = 'due';

/** What to run now. */
export const nextTarget = (plan: CheckPlan, state: CombinedState): TimedTarget =>
  plan.between === undefined || state === 'due' ? plan.main : plan.between.check;

export function stepCombined(
  plan: CheckPlan,
  state: CombinedState,
  outcome: ProbeResult['outcome'],
): CombinedState {
  if (plan.between === undefined) return 'due';
  if (outcome === 'unmade') return state;
  if (outcome === 'failure') return 'due';
  const connects = state === 'due' ? 0 : state + 1;
  return connects < plan.between.connects ? connects : 'due';
}
