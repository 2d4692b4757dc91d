// Rules of a firewall, of nf_tables or of iptables, as far as they decide where a packet ends. What has no word here is a
// condition that nobody knows (`on: 'unknown'`): of it nothing is concluded.
import type { Prefix } from '../../net/prefix.ts';

export type Family = 'ip' | 'ip6' | 'inet';
export type Span = readonly [from: number, to: number];

/** What a packet has to be. */
export type Condition = (
  | { readonly on: 'family'; readonly family: 'ip' | 'ip6' }
  | { readonly on: 'protocol'; readonly values: readonly number[] }
  | { readonly on: 'saddr' | 'daddr'; readonly values: readonly Prefix[] }
  /** @property protocol its header; absent: whichever. */
  | { readonly on: 'sport' | 'dport'; readonly values: readonly Span[]; readonly protocol?: number }
  /** A star at the end stands for the rest of the name. */
  | { readonly on: 'iif' | 'oif'; readonly values: readonly string[] }
  | { readonly on: 'state'; readonly values: readonly string[] }
  /** Addressed to this host. */
  | { readonly on: 'local' }
  | { readonly on: 'unknown' }
) & { readonly isNot?: true };

export type Act =
  | { readonly act: 'accept' | 'drop' | 'return' | 'go on' | 'unknown' }
  | { readonly act: 'jump' | 'goto'; readonly chain: string }
  /** Another source, another destination. */
  | { readonly act: 'snat' | 'dnat' };

export type Rule = { readonly conditions: readonly Condition[]; readonly act: Act };

export type Chain = {
  /** Whose words change it. */
  readonly by: 'nft' | 'iptables';
  readonly family: Family;
  readonly table: string;
  readonly name: string;
  /** Of the older iptables, which keeps its rules apart from nf_tables. */
  readonly isLegacy?: true;
  /** Absent: only others lead to it. */
  readonly hook?: string;
  readonly type?: string;
  readonly policy: 'accept' | 'drop';
  readonly rules: readonly Rule[];
};

export type Ruleset = readonly Chain[];

/** The program that keeps a chain of iptables. */
export const iptablesOf = ({ family, isLegacy }: Pick<Chain, 'family' | 'isLegacy'>): string =>
  `${family === 'ip6' ? 'ip6tables' : 'iptables'}${isLegacy === true ? '-legacy' : ''}`;

export const protocolNumbers: Readonly<Record<string, number>> = {
  ...{ icmp: 1, igmp: 2, ipencap: 4, ipip: 4, tcp: 6, udp: 17, ipv6: 41, gre: 47, esp: 50, ah: 51 },
  ...{ 'ipv6-icmp': 58, icmpv6: 58, vrrp: 112, carp: 112, sctp: 132, udplite: 136 },
};

/** By name or number. */
export const protocolOf = (word: unknown): number | undefined =>
  typeof word === 'number' ? word : /^\d+$/.test(String(word)) ? Number(word) : protocolNumbers[String(word)];
