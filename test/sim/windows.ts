// The lengths of time that the invariants speak of, from a scenario's own numbers. docs/reference/vrrp.md §5.1; the
// formulas are written from RFC 9568 §6.1 and RFC 3768 §6.1 anew: the machine's own (src/vrrp/timers.ts) are under
// test.

import type { Micros } from '../../src/ports/clock.ts';
import type { RouterConfig } from '../../src/vrrp/types.ts';
import type { GroupPlan, Scenario } from './scenario.ts';

export const priorityOf = ({ priority, priorityOffset = 0 }: RouterConfig): number =>
  priority === 255 ? 255 : Math.min(254, Math.max(1, priority + priorityOffset));

/** Skew_Time: (256 - P) / 256 of the active's interval; of a second in version 2. */
export const skewOf = ({ version }: RouterConfig, priority: number, intervalUs: Micros): Micros =>
  ((256 - priority) * (version === 2 ? 1_000_000 : intervalUs)) / 256;

/** Active_Down_Interval. */
export const downOf = (config: RouterConfig, intervalUs: Micros): Micros =>
  3 * intervalUs + skewOf(config, priorityOf(config), intervalUs);

const configsOf = (group: GroupPlan): readonly RouterConfig[] => group.routers.map(({ config }) => config);

export const longestInterval = (group: GroupPlan): Micros =>
  Math.max(...configsOf(group).map(({ advertIntervalUs }) => advertIntervalUs));

/** The longest Active_Down_Interval that anyone in the group can have. */
export function longestDown(group: GroupPlan): Micros {
  const intervalUs = longestInterval(group);
  return Math.max(...configsOf(group).map((config) => 3 * intervalUs + skewOf(config, 1, intervalUs)));
}

/**
 * L5: max D + preempt delay + A_max + 2δ + 2J; before that, a role that was just being given away is taken (two
 * intervals at most), and a router that had stood still listens for one more D.
 */
export function settleTime(scenario: Scenario, group: GroupPlan): Micros {
  const delayUs = Math.max(...configsOf(group).map(({ preemptDelayUs }) => preemptDelayUs));
  const slackUs = 2 * scenario.delayUs + 2 * scenario.latenessUs + 2 * scenario.kernelUs;
  const protocolUs = longestDown(group) + delayUs + longestInterval(group) + slackUs;
  return Math.ceil((protocolUs + 2 * longestDown(group)) * 1.01) + 300_000;
}

/** Then no transition for 10 D (L5). */
export const stayTime = (group: GroupPlan): Micros => 10 * longestDown(group);

export const endOf = (scenario: Scenario): Micros =>
  scenario.faultsEndAt +
  Math.max(...scenario.groups.map((group) => settleTime(scenario, group) + stayTime(group)));
