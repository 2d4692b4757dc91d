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
      /** How much of it was hold for flapping. */
      readonly held_s?: number;
    }
  | {
      readonly event: 'real.flapping';
      readonly service: string;
      readonly real: string;
      readonly detail: string;
      readonly falls: number;
      readonly within_s: number;
      readonly hold_s: number;
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
      readonly event: 'real.drained';
      readonly service: string;
      readonly real: string;
      readonly by: 'operator' | 'configuration';
      readonly took_s: number;
      readonly active: number;
      readonly inactive: number;
      readonly persistent: number;
    }
  | {
      readonly event: 'real.unchecked';
      readonly service: string;
      readonly real: string;
      readonly detail: string;
    }
  | { readonly event: 'checks.crowded'; readonly checks: number; readonly places: number }
  | { readonly event: 'checks.behind'; readonly checks: number; readonly made_percent: number }
  | { readonly event: 'checks.caught_up'; readonly checks: number; readonly behind_s: number }
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
  | {
      readonly event: 'service.fallback_on';
      readonly service: string;
      readonly fallback: string;
      /** From 1. */
      readonly tier: number;
      readonly tiers: number;
      readonly reason: 'no_server' | 'no_quorum';
    }
  | {
      readonly event: 'service.fallback_off';
      readonly service: string;
      readonly fallback: string;
      /** Who serves now: 'real servers', another tier, 'nobody'. */
      readonly instead: string;
    }
  | {
      readonly event: 'service.quorum_gained';
      readonly service: string;
      readonly weight: number;
      readonly quorum: number;
      readonly hysteresis: number;
    }
  | {
      readonly event: 'service.quorum_lost';
      readonly service: string;
      readonly weight: number;
      readonly quorum: number;
      readonly hysteresis: number;
    }
  | {
      readonly event: 'service.quorum_command';
      readonly service: string;
      readonly action: 'up' | 'down';
      readonly command: string;
      readonly exit: string;
    }
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
  | {
      readonly event: 'ipvs.timeout';
      /** As ipvsadm names it: tcp, tcpfin, udp. */
      readonly timeout: string;
      readonly from_s: number;
      readonly to_s: number;
      readonly why: 'configured' | 'drift' | 'restored';
    }
  | {
      readonly event: 'ipvs.sysctl';
      readonly sysctl: string;
      readonly from: string;
      readonly to: string;
      readonly why: 'configured' | 'drift' | 'restored';
    }
  | {
      readonly event: 'ipvs.sync_daemon';
      readonly state: 'master' | 'backup';
      readonly action: 'started' | 'stopped';
      /** In ipvsadm's words. */
      readonly daemon: string;
      readonly why: 'configured' | 'role' | 'drift' | 'stopped';
    }
  | {
      readonly event: 'names.failed';
      readonly name: string;
      readonly family: 'inet' | 'inet6';
      readonly reason: string;
      /** What goes on to count; empty: nothing is known of it. */
      readonly kept: readonly string[];
      /** Only for so long: DNS says that the name is gone. */
      readonly kept_s?: number;
    }
  | {
      readonly event: 'names.recovered';
      readonly name: string;
      readonly family: 'inet' | 'inet6';
      readonly addresses: readonly string[];
      readonly failed_s: number;
    }
  | {
      readonly event: 'names.forgotten';
      readonly name: string;
      readonly family: 'inet' | 'inet6';
      readonly addresses: readonly string[];
    }
  | {
      readonly event: 'roster.changed';
      readonly service: string;
      readonly added: readonly string[];
      readonly removed: readonly string[];
      /** Names and files that they come from. */
      readonly from: readonly string[];
    }
  | {
      readonly event: 'roster.duplicate';
      readonly service: string;
      readonly real: string;
      readonly from: string;
      readonly first: string;
    }
  | {
      readonly event: 'roster.file_rejected';
      readonly file: string;
      readonly problems: readonly string[];
      /** Servers of its last good content, which go on to count. */
      readonly kept: number;
    }
  | { readonly event: 'roster.file_accepted'; readonly file: string; readonly servers: number }
  | { readonly event: 'marks.applied'; readonly family: string; readonly changes: readonly string[] }
  | { readonly event: 'marks.drift'; readonly family: string; readonly changes: readonly string[] }
  | {
      readonly event: 'marks.failed';
      readonly family: string;
      readonly reason: string;
      readonly retry_s: number;
    }
  | { readonly event: 'ipvs.foreign'; readonly services: readonly string[] }
  | { readonly event: 'ipvs.unknown'; readonly entries: readonly string[] };

export type EventName = JournalEvent['event'];

/** Hands an event to every sink. Never throws, never waits. */
export type Journal = (event: JournalEvent) => void;
