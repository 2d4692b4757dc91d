// The words of each code of a cause (model/vrrp.ts): why a virtual router changed its state, cannot take part, or lost
// addresses. The code itself stands in the event's `reason`.
import type { FaultCode, Reason } from '../model/vrrp.ts';

const transitions: Readonly<Record<Reason, string>> = {
  startup: 'started',
  owner_startup: 'started as the owner of its addresses',
  resumed: 'went on after a restart of the VRRP process',
  addresses_found: 'an earlier run left its addresses; they are served until a successor has them',
  active_down: 'no advert from an active router in time',
  active_resigned: 'the active router resigned',
  preempted_lower_priority: 'the active router had a lower priority',
  higher_priority_heard: 'a router of higher priority is active',
  higher_address_heard: 'a router of equal priority and higher address is active',
  shutdown: 'the daemon stops',
  handover_requested: 'an operator asked for it',
  handed_over: 'the new active router was heard',
  no_successor: 'nobody took over',
  adverts_unsent: 'none of its adverts could be sent',
  kept_for_restart: 'nobody took over, and the daemon starts again: the addresses stay until it is back',
  stalled: 'woke so late that what it knew was out of date',
  link_down: 'the interface went down',
  link_up: 'the interface came up',
  track_failed: 'something that it tracks failed',
  track_recovered: 'everything that it tracks works again',
  group_lost: 'another member of its sync group gave its role up',
  reconfigured: 'the configuration changed',
};

/** What keeps a router in fault, or took its addresses from outside the state machine. */
const faults: Readonly<Record<FaultCode, string>> = {
  interface_missing: 'there is no such interface',
  no_carrier: 'the interface has no carrier',
  settling: 'the interface has not been up for its up_delay yet',
  socket_refused: 'the kernel refused a raw socket (it takes CAP_NET_RAW and CAP_NET_ADMIN)',
  no_source_address: 'the interface has no IPv4 address of its own',
  source_address_missing: 'the interface does not have the source address',
  vmac_missing: 'the macvlan with its virtual MAC is not there',
  vmac_refused: 'the macvlan with its virtual MAC could not be set up',
  group_fault: 'another member of its sync group cannot take part',
  no_path: 'no interface has a socket and a source address',
  silent: 'the active router is heard over another path only',
  not_active: 'this director is not active',
  vrrp_process_lost: 'the VRRP process was lost; the main process resigned in its place',
};

export const reasonWords: ReadonlyMap<string, string> = new Map(
  Object.entries({ ...transitions, ...faults }),
);

/** Codes whose detail is another cause, and how much stands before that: "group_fault: VI_2: no_carrier". */
const nesting: ReadonlyMap<string, number> = new Map<Reason | FaultCode, number>([
  ['group_fault', 1],
  ['adverts_unsent', 0],
]);

/** @param reason "CODE" or "CODE: DETAIL"; one without words stays as it is. */
export function describeReason(reason: string): string {
  const [code = '', ...detail] = reason.split(': ');
  const words = reasonWords.get(code) ?? code;
  const before = nesting.get(code);
  if (before === undefined || detail.length <= before) return [words, ...detail].join(': ');
  return [words, ...detail.slice(0, before), describeReason(detail.slice(before).join(': '))].join(': ');
}
