// What the doctor knows of this director: the config, and what was read of the machine by whoever gathers it
// (compose/doctor). Everything that could not be read is absent, and `unread` says why. Plain values.
import type { Config } from '../model/config/config.ts';
import type { Ip } from '../net/ip.ts';

export type LinkFact = {
  readonly index: number;
  readonly name: string;
  readonly mtu: number;
  readonly up: boolean;
  readonly loopback: boolean;
  /** As ip-link(8) has it: "vlan", "bridge", "ipip"; absent: a device of its own. */
  readonly kind?: string;
};

export type AddressFact = {
  readonly device: string;
  readonly address: Ip;
  readonly length: number;
  /** IPv6: duplicate detection has found another host with it. */
  readonly isDuplicate?: true;
  /** Got from elsewhere, and with an end: DHCP, router advertisements; what we hold has a lease as well. */
  readonly isDynamic?: true;
  readonly label?: string;
};

/** What the kernel answers where a packet for an address would go. */
export type RouteFact = {
  readonly device?: string;
  readonly via?: Ip;
  readonly source?: Ip;
  readonly mtu?: number;
  /** An address of this very host. */
  readonly isLocal?: true;
  /** Why there is none. */
  readonly refusal?: string;
};

/** A program of this network namespace. */
export type ProgramFact = { readonly program: string; readonly pid: number };

export type Facts = {
  readonly config: Config;
  readonly links: readonly LinkFact[];
  readonly addresses: readonly AddressFact[];
  /** By the path below /proc/sys: "net/ipv4/conf/eth0/rp_filter". */
  readonly sysctls: Readonly<Record<string, string>>;
  /** With underscores. Absent: cannot be told. */
  readonly modules?: ReadonlySet<string>;
  /** To each address that was asked for: servers, peers, and where no route is closer (`default`, `default6`). */
  readonly routes: Readonly<Record<string, RouteFact>>;
  readonly programs: readonly ProgramFact[];
  /** What could not be read, and why. */
  readonly unread: readonly string[];
};
