// Why a virtual router changed its state, in words. The code itself stands in the event's `reason`.
import type { Reason } from '../model/vrrp.ts';

const transitions: Readonly<Record<Reason, string>> = {
  startup: 'started',
  owner_startup: 'started as the owner of its addresses',
  resumed: 'went on after a restart of the VRRP process',
  addresses_found: 'an earlier run has left the addresses; they are served until a successor has them',
  active_down: 'no advert from an active router in time',
  active_resigned: 'the active router resigned',
  preempted_lower_priority: 'the active router had a lower priority',
  higher_priority_heard: 'a router of higher priority is active',
  higher_address_heard: 'a router of equal priority and higher address is active',
  shutdown: 'the daemon stops',
  handover_requested: 'an operator asked for it',
  handed_over: 'the new active router was heard',
  no_successor: 'nobody took over',
  adverts_unsent: 'its adverts go to nobody',
  kept_for_restart: 'nobody took over, and the daemon starts again: the addresses stay for it',
  stalled: 'woke too late to still be believed',
  link_down: 'the interface went down',
  link_up: 'the interface came up',
  track_failed: 'something that it tracks failed',
  track_recovered: 'everything that it tracks is well again',
  group_lost: 'another member of its sync group gave its role up',
  reconfigured: 'the configuration changed',
};

/** What keeps a router in fault, or took its addresses from outside the state machine. */
const faults: Readonly<Record<string, string>> = {
  interface_missing: 'there is no such interface',
  no_carrier: 'the interface has no carrier',
  no_path: 'no interface has a socket and a source address',
  settling: 'the interface has not been up for its up_delay yet',
  silent: 'the active router is heard over another path only',
  not_active: 'it is not active here',
  no_source_address: 'the interface has no IPv4 address of its own',
  source_address_missing: 'the interface does not have the source address',
  vrrp_process_lost: 'the VRRP process was lost, and resigned for',
  group_fault: 'another member of its sync group cannot take part',
  socket_refused: 'the kernel refused a raw socket (it takes CAP_NET_RAW and CAP_NET_ADMIN)',
};

const phrases = new Map(Object.entries({ ...transitions, ...faults }));

/** @param reason "CODE" or "CODE: DETAIL"; one without a phrase stays as it is. */
export function describeReason(reason: string): string {
  const [code = '', ...detail] = reason.split(': ');
  return [phrases.get(code) ?? code, ...detail].join(': ');
}
