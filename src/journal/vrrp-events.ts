// What is said of virtual routers and of the process that speaks for them, of their peers, and of the addresses.

import type { Phase } from '../model/vrrp.ts';

export type VrrpEvent =
  | {
      readonly event: 'vrrp.process_started';
      readonly pid: number;
      readonly memory_locked: boolean;
      readonly realtime: boolean;
      readonly nice?: number;
      readonly detail?: string;
      readonly advice?: string;
    }
  | {
      readonly event: 'vrrp.process_lost';
      readonly pid: number;
      readonly reason: string;
      readonly action: string;
    }
  | { readonly event: 'vrrp.hindered'; readonly problems: readonly string[] }
  | { readonly event: 'vrrp.supervisor_lost'; readonly reason: string }
  | {
      readonly event: 'vrrp.transition';
      readonly instance: string;
      readonly vrid: number;
      readonly interface: string;
      readonly from: Phase;
      readonly to: Phase;
      readonly reason: string;
      readonly priority: number;
      readonly peer?: string;
      readonly outage_ms_estimate?: number;
    }
  | {
      readonly event: 'vrrp.start_delayed';
      readonly instance: string;
      readonly vrid: number;
      readonly interface: string;
      readonly delay_ms: number;
      readonly reason: string;
    }
  | {
      readonly event: 'vrrp.track_changed';
      readonly tracked: string;
      readonly state: string;
      readonly detail?: string;
    }
  | {
      readonly event: 'vrrp.notified';
      readonly instance: string;
      readonly state: string;
      readonly command: string;
      readonly exit: string;
    }
  | {
      readonly event: 'vrrp.priority_changed';
      readonly instance: string;
      readonly vrid: number;
      readonly from: number;
      readonly to: number;
      readonly because: readonly string[];
    }
  | {
      readonly event: 'vrrp.advert_rejected';
      readonly interface: string;
      readonly instance?: string;
      readonly vrid?: number;
      readonly source: string;
      readonly reason: string;
      readonly count: number;
    }
  | {
      readonly event: 'vrrp.advert_differs';
      readonly instance: string;
      readonly source: string;
      readonly what: string;
      readonly ours: string;
      readonly theirs: string;
    }
  | {
      readonly event: 'vrrp.foreign_router';
      readonly instance: string;
      readonly vrid: number;
      readonly interface: string;
      readonly source: string;
      readonly reason: string;
      readonly count: number;
    }
  | {
      readonly event: 'vrrp.path_down';
      readonly instance: string;
      readonly vrid: number;
      readonly interface: string;
      readonly reason: string;
    }
  | {
      readonly event: 'vrrp.path_up';
      readonly instance: string;
      readonly vrid: number;
      readonly interface: string;
      readonly down_ms: number;
    }
  | {
      readonly event: 'vrrp.handover_failed';
      readonly instance: string;
      readonly vrid: number;
      readonly reason: string;
    }
  | {
      readonly event: 'vrrp.peers_changed';
      readonly instance: string;
      readonly added: readonly string[];
      readonly removed: readonly string[];
    }
  | {
      readonly event: 'vrrp.peers_unknown';
      readonly instance: string;
      readonly names: readonly string[];
    }
  | {
      readonly event: 'vrrp.split_brain_suspected';
      readonly instance: string;
      readonly vrid: number;
      readonly peer: string;
      readonly peer_priority: number;
    }
  | {
      readonly event: 'vrrp.role_yielded';
      readonly instance: string;
      readonly vrid: number;
      readonly interface: string;
      readonly peer: string;
      readonly mac?: string;
      readonly peer_priority: number;
      readonly priority: number;
      readonly known: boolean;
    }
  | {
      readonly event: 'vrrp.stall';
      readonly instance: string;
      readonly late_ms: number;
      readonly action: string;
    }
  | {
      readonly event: 'vrrp.route_failed';
      readonly instance: string;
      readonly route: string;
      readonly reason: string;
    }
  | {
      readonly event: 'vrrp.route_restored';
      readonly instance: string;
      readonly route: string;
      /** That many beside it, at the same time. */
      readonly others: number;
      readonly count: number;
    }
  | {
      /** Found although the instance does not serve. */
      readonly event: 'vrrp.route_removed';
      readonly instance: string;
      readonly route: string;
      readonly others: number;
      readonly count: number;
    }
  | {
      /** Found altered: the packet filter of `accept: no`, the macvlan, a setting of the kernel. */
      readonly event: 'vrrp.restored';
      readonly instance: string;
      readonly what: string;
      readonly from: string;
      readonly to: string;
      readonly count: number;
    }
  | { readonly event: 'vrrp.accept_failed'; readonly instance: string; readonly reason: string }
  | {
      readonly event: 'vrrp.send_failed';
      readonly instance: string;
      readonly reason: string;
      readonly count: number;
    }
  | {
      readonly event: 'vip.added';
      readonly instance: string;
      readonly address: string;
      readonly interface: string;
      readonly lease_s?: number;
    }
  | {
      readonly event: 'vip.removed';
      readonly instance: string;
      readonly address: string;
      readonly interface: string;
      readonly reason: string;
    }
  | {
      readonly event: 'vip.restored';
      readonly instance: string;
      readonly address: string;
      readonly interface: string;
    }
  | {
      readonly event: 'vip.announced';
      readonly instance: string;
      readonly addresses: number;
      readonly round: number;
    }
  | {
      readonly event: 'vip.answered_elsewhere';
      readonly instance: string;
      readonly address: string;
      readonly mac: string;
      readonly count: number;
    }
  | {
      readonly event: 'vip.lease_expired';
      readonly instance: string;
      readonly address: string;
      readonly interface: string;
    }
  | {
      readonly event: 'vip.failed';
      readonly instance: string;
      readonly address: string;
      readonly interface: string;
      readonly reason: string;
    };
