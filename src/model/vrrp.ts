// What of a virtual router is spoken of outside its state machine (vrrp/types.ts): its phase, why it changed, whom it hears.
import type { Ip } from '../net/ip.ts';

export type Phase = 'initialize' | 'backup' | 'active' | 'leaving' | 'fault';

/** RFC 5082: the TTL or hop limit with which adverts of a unicast peer may arrive. */
export type TtlBounds = { readonly peer: Ip; readonly min: number; readonly max: number };

export type Reason =
  | 'startup'
  | 'owner_startup'
  | 'resumed'
  | 'addresses_found'
  | 'active_down'
  | 'active_resigned'
  | 'preempted_lower_priority'
  | 'higher_priority_heard'
  | 'higher_address_heard'
  | 'shutdown'
  | 'handover_requested'
  | 'handed_over'
  | 'no_successor'
  | 'kept_for_restart'
  | 'stalled'
  | 'adverts_unsent'
  | 'link_down'
  | 'link_up'
  | 'track_failed'
  | 'track_recovered'
  | 'group_lost'
  | 'reconfigured';

/** What is found outside the state machine: why a router cannot take part, why a path is dead, who removed an address. */
export type FaultCode =
  | 'interface_missing'
  | 'no_carrier'
  | 'settling'
  | 'socket_refused'
  | 'no_source_address'
  | 'source_address_missing'
  | 'vmac_missing'
  | 'vmac_refused'
  | 'group_fault'
  | 'no_path'
  | 'silent'
  | 'not_active'
  | 'vrrp_process_lost';

/** A code, each of which has words (journal/reasons.ts), and what it is about: "socket_refused: EPERM". */
export type FullReason = Reason | FaultCode | `${Reason | FaultCode}: ${string}`;
