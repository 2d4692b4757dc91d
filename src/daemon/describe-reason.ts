// Why a virtual router changed its state, in words. The code itself stands in the event's `reason`.
import type { Reason } from '../vrrp/types.ts';

const phrases: Readonly<Record<Reason, string>> = {
  startup: 'started',
  owner_startup: 'started as the owner of its addresses',
  resumed: 'went on after a restart of the VRRP process',
  active_down: 'no advert from an active router in time',
  active_resigned: 'the active router resigned',
  preempted_lower_priority: 'the active router had a lower priority',
  higher_priority_heard: 'a router of higher priority is active',
  higher_address_heard: 'a router of equal priority and higher address is active',
  shutdown: 'the daemon stops',
  handover_requested: 'an operator asked for it',
  handed_over: 'the new active router was heard',
  no_successor: 'nobody took over',
  stalled: 'woke too late to still be believed',
  link_down: 'the interface went down',
  link_up: 'the interface came up',
  reconfigured: 'the configuration changed',
};

/** A reason without a phrase (an interface's trouble) is one already. */
export const describeReason = (reason: string): string =>
  Object.hasOwn(phrases, reason) ? phrases[reason as Reason] : reason;
