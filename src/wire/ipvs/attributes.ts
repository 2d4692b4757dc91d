// Numbers that requests and entries of IPVS share (linux/ip_vs.h): attributes, flags, families, protocols,
// forwarding methods and tunnels; and how a number without a word is spelled, so that none is lost on the way.
import type { Forward, Protocol, TunnelChecksum, TunnelType } from '../../model/ipvs.ts';

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
  persistent: 9,
  stats: 10,
  family: 11,
  stats64: 12,
  tunnelType: 13,
  tunnelPort: 14,
  tunnelFlags: 15,
} as const;
/** Within either of stats and stats64: IPVS_STATS_ATTR_*. */
export const STATS = { connections: 1, packetsIn: 2, packetsOut: 3, bytesIn: 4, bytesOut: 5 } as const;

/** Service flags. The kernel adds 0x2 (HASHED) itself: neither sent nor compared. */
export const SVC_F_PERSISTENT = 0x1;
export const SVC_F_ONEPACKET = 0x4;
/** The flags that somebody may set: those above and the three of the scheduler. */
export const SVC_F_SETTABLE = 0x3d;
export const CONN_F_FWD_MASK = 0x7;
export const TUNNEL_TYPE_IPIP = 0;

export const PROTOCOLS: Readonly<Record<Protocol, number>> = { tcp: 6, udp: 17, sctp: 132 };
export const FORWARDS: Readonly<Record<Forward, number>> = { masq: 0, ipip: 2, gate: 3 };
export const TUNNEL_TYPES: Readonly<Record<TunnelType, number>> = { gue: 1, gre: 2 };
/** IP_VS_TUNNEL_ENCAP_FLAG_*: bits, of which every tool sets one at most. */
export const TUNNEL_CHECKSUMS: Readonly<Record<TunnelChecksum, number>> = { nocsum: 0, csum: 1, remcsum: 2 };

/** The word of `number`, or "KIND-NUMBER". */
export function wordOf<Word extends string, Kind extends string>(
  words: Readonly<Record<Word, number>>,
  kind: Kind,
  number: number,
): Word | `${Kind}-${number}` {
  const known = (Object.keys(words) as Word[]).find((word) => words[word] === number);
  return known ?? `${kind}-${number}`;
}

/** The other way round. */
export function numberOf<Word extends string>(
  words: Readonly<Record<Word, number>>,
  word: Word | `${string}-${number}`,
): number {
  return words[word as Word] ?? Number(word.slice(word.lastIndexOf('-') + 1));
}
