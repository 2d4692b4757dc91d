// Numbers that requests and entries of IPVS share (linux/ip_vs.h): attributes, flags, families, protocols and
// forwarding methods.
import type { Family } from '../net/ip.ts';
import type { Forward, Protocol } from '../reconcile/model.ts';

export const IPVS_CMD_ATTR_SERVICE = 1;
export const IPVS_CMD_ATTR_DEST = 2;

export const SVC = {
  family: 1,
  protocol: 2,
  address: 3,
  port: 4,
  fwmark: 5,
  scheduler: 6,
  flags: 7,
  timeout: 8,
  netmask: 9,
  engine: 11,
} as const;
export const DEST = {
  address: 1,
  port: 2,
  forward: 3,
  weight: 4,
  upperThreshold: 5,
  lowerThreshold: 6,
  active: 7,
  inactive: 8,
  stats: 10,
  family: 11,
  stats64: 12,
} as const;
export const STATS_CONNECTIONS = 1;

/** Service flags. The kernel adds 0x2 (HASHED) itself: neither sent nor compared. */
export const SVC_F_PERSISTENT = 0x1;
export const SVC_F_ONEPACKET = 0x4;
export const CONN_F_FWD_MASK = 0x7;

export const AF: Readonly<Record<Family, number>> = { inet: 2, inet6: 10 };
export const PROTOCOLS: Readonly<Record<Protocol, number>> = { tcp: 6, udp: 17, sctp: 132 };
export const FORWARDS: Readonly<Record<Forward, number>> = { masq: 0, ipip: 2, gate: 3 };
