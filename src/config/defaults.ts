// What holds where a config says nothing: ldirectord's defaults (docs/reference/ldirectord.md §2) for its own
// directives, keepalived's for VRRP. Times in milliseconds. The reference in docs/config.md prints these.
import { ip } from '../net/ip.ts';

export const directorDefaults = {
  control_socket: '/run/lvs-director/control.sock',
  state_dir: '/var/lib/lvs-director',
} as const;

export const metricsDefaults = { servers: true, keepalivedNames: false } as const;
export const logDefaults = { level: 'info', journal: 'auto' } as const;
/** Long enough for what falls together, short enough for who waits for it. */
export const mailDefaults = { digest: 5000, timeout: 30_000 } as const;
export const ipvsDefaults = { resync_interval: 5000, foreign: 'keep' } as const;
/** The kernel's own (ip_vs_sync.c). */
export const syncDefaults = { group: ip('224.0.0.81'), port: 8848, ttl: 1 } as const;

/** Of every virtual service, unless it or the top level says otherwise. */
export const virtualDefaults = {
  scheduler: 'wrr',
  checktype: { kind: 'negotiate' },
  checkcommand: '/bin/true',
  request: '/',
  receive: '',
  httpmethod: 'GET',
  /** Certificates of a server behind a VIP seldom name its own address (docs/reference/ldirectord.md §3.2). */
  verify: false,
  checkinterval: 10_000,
  checkcount: 1,
  failurecount: 1,
  rise: 1,
  /** ldirectord's code; its manual says yes (docs/reference/ldirectord.md §2). */
  quiescent: false,
  readdquiescent: false,
  /** Of flapping servers, where flap_hold is set; a rolling restart makes one fall or two. */
  flap_count: 3,
  flap_window: 300_000,
  flap_hold_max: 600_000,
  cleanstop: true,
  forward: 'gate',
  weight: 1,
} as const;

/** Where neither timeout is set anywhere (docs/reference/ldirectord.md §2.1). */
export const timeoutDefaults = { checktimeout: 5000, negotiatetimeout: 30_000 } as const;

/** Of vrrp_script, vrrp_track_file and vrrp_track_process (docs/reference/keepalived.md §3). */
export const trackDefaults = {
  interval: 1000,
  rise: 1,
  fall: 1,
  fileWeight: 1,
  quorum: 1,
  param_match: 'exact',
} as const;

/** Below the kernel's own interrupt threads (50). */
export const vrrpProcessDefaults = { realtime: 20, lock_memory: true } as const;

export const vrrpDefaults = {
  version: 3,
  priority: 100,
  advert_int: 1000,
  preempt: true,
  preempt_delay: 0,
  accept: true,
  /** What keepalived and FRR send (docs/reference/vrrp.md §1.3). */
  checksum: 'rfc5798',
  vip_lease: 'auto',
  garp_master_repeat: 5,
  garp_master_delay: 5000,
  garp_master_refresh: 0,
  garp_master_refresh_repeat: 1,
  garp_interval: 0,
} as const;
