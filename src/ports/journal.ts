// What the daemon says: every event, its level and its typed fields. docs/events.md explains each; a test
// holds the two together. Cores do not log: shells turn their effects into these.

export type VrrpPhase = 'initialize' | 'backup' | 'active' | 'leaving' | 'fault';

export type JournalEvent =
  | {
      readonly event: 'daemon.started';
      readonly version: string;
      readonly pid: number;
      readonly director: string;
      readonly config: string;
    }
  | {
      readonly event: 'daemon.ready';
      readonly instances: number;
      readonly services: number;
      readonly servers: number;
    }
  | {
      readonly event: 'daemon.reloaded';
      readonly config: string;
      readonly services: number;
      readonly servers: number;
      readonly ms: number;
    }
  | {
      readonly event: 'daemon.reload_rejected';
      readonly config: string;
      readonly problems: readonly string[];
    }
  | { readonly event: 'daemon.stopping'; readonly reason: string }
  | { readonly event: 'daemon.stopped'; readonly uptime_s: number }
  | { readonly event: 'config.warning'; readonly at: string; readonly message: string }
  | { readonly event: 'state.failed'; readonly reason: string }
  | { readonly event: 'log.failed'; readonly sink: string; readonly reason: string }
  | { readonly event: 'log.lost'; readonly sink: string; readonly lines: number }
  | {
      readonly event: 'vrrp.process_started';
      readonly pid: number;
      readonly memory_locked: boolean;
      readonly realtime: boolean;
      readonly detail?: string;
    }
  | {
      readonly event: 'vrrp.process_lost';
      readonly pid: number;
      readonly reason: string;
      readonly action: string;
    }
  | { readonly event: 'vrrp.supervisor_lost'; readonly reason: string }
  | {
      readonly event: 'vrrp.transition';
      readonly instance: string;
      readonly vrid: number;
      readonly interface: string;
      readonly from: VrrpPhase;
      readonly to: VrrpPhase;
      readonly reason: string;
      readonly priority: number;
      readonly peer?: string;
      readonly outage_ms_estimate?: number;
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
      readonly event: 'vrrp.split_brain_suspected';
      readonly instance: string;
      readonly vrid: number;
      readonly peer: string;
      readonly peer_priority: number;
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
    }
  | {
      readonly event: 'real.up';
      readonly service: string;
      readonly real: string;
      readonly detail: string;
      readonly down_s?: number;
    }
  | {
      readonly event: 'real.down';
      readonly service: string;
      readonly real: string;
      readonly detail: string;
      readonly failures: number;
    }
  | {
      readonly event: 'real.failing';
      readonly service: string;
      readonly real: string;
      readonly detail: string;
      readonly failures: number;
      readonly fall: number;
    }
  | {
      readonly event: 'real.unchecked';
      readonly service: string;
      readonly real: string;
      readonly detail: string;
    }
  | {
      readonly event: 'real.certificate_expires';
      readonly service: string;
      readonly real: string;
      readonly subject: string;
      /** ISO 8601. */
      readonly expires: string;
      /** Negative when it has ended. */
      readonly days_left: number;
    }
  | { readonly event: 'service.fallback_on'; readonly service: string; readonly fallback: string }
  | { readonly event: 'service.fallback_off'; readonly service: string; readonly fallback: string }
  | { readonly event: 'service.empty'; readonly service: string }
  | {
      readonly event: 'service.fallbackcommand';
      readonly service: string;
      readonly action: 'start' | 'stop';
      readonly command: string;
      readonly exit: string;
    }
  | {
      readonly event: 'ipvs.adopted';
      readonly services: number;
      readonly destinations: number;
      readonly operations: number;
    }
  | {
      readonly event: 'ipvs.applied';
      readonly adds: number;
      readonly edits: number;
      readonly deletes: number;
      readonly ms: number;
      readonly changes: readonly string[];
    }
  | { readonly event: 'ipvs.drift'; readonly operations: number; readonly changes: readonly string[] }
  | {
      readonly event: 'ipvs.failed';
      readonly operation: string;
      readonly code: string;
      readonly reason: string;
      readonly retry_s: number;
    }
  | { readonly event: 'ipvs.unavailable'; readonly reason: string; readonly retry_s: number }
  | { readonly event: 'ipvs.available' }
  | { readonly event: 'ipvs.foreign'; readonly services: readonly string[] };

export type EventName = JournalEvent['event'];

/** Hands an event to every sink. Never throws, never waits. */
export type Journal = (event: JournalEvent) => void;
