// The numbers of routes and policy rules in rtnetlink (linux/rtnetlink.h, linux/fib_rules.h) that are both written and
// read.
import type { RouteKind } from '../../net/route.ts';

/** Shown as "proto 112" by ip(8); no other program is known to use it. */
export const PROTOCOL_OURS = 112;

export const ROUTE_TYPES: Readonly<Record<RouteKind, number>> = {
  unicast: 1,
  blackhole: 6,
  unreachable: 7,
  prohibit: 8,
};

export const RTA_DST = 1;
export const RTA_OIF = 4;
export const RTA_GATEWAY = 5;
export const RTA_PRIORITY = 6;
export const RTA_PREFSRC = 7;
export const RTA_METRICS = 8;
export const RTA_TABLE = 15;
export const RTAX_MTU = 2;

export const FR_ACT_TO_TBL = 1;
export const FRA_DST = 1;
export const FRA_SRC = 2;
export const FRA_IIFNAME = 3;
export const FRA_PRIORITY = 6;
export const FRA_FWMARK = 10;
export const FRA_TABLE = 15;
export const FRA_FWMASK = 16;
export const FRA_OIFNAME = 17;
export const FRA_PROTOCOL = 21;
