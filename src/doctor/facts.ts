// What the doctor knows of this director: the config, and what was read of the machine by whoever gathers it
// (compose/doctor). Everything that could not be read is absent, and `unread` says why. Plain values.
import type { Config } from '../model/config/config.ts';
import type { Ip } from '../net/ip.ts';
import type { Ruleset } from './firewall/ruleset.ts';

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

/** A virtual router as the running daemon has it. @property phase "active", "backup", ... */
export type RouterFact = {
  readonly name: string;
  readonly virtualRouterId: number;
  readonly phase: string;
  readonly advertsSent: number;
  readonly advertsReceived: number;
  /** The other routers of it that it has heard. */
  readonly peers: readonly Ip[];
  /** Heard of late with its VRID, and no peers. */
  readonly strangers: readonly { readonly source: string; readonly reason: string }[];
  /** Of the last advert of each peer. */
  readonly differences: readonly {
    readonly source: string;
    readonly heardAgoMs: number;
    readonly what: string;
    readonly ours: string;
    readonly theirs: string;
  }[];
};

/** @property open descriptors. @property most how many it may have. */
export type ProcessFact = { readonly pid: number; readonly open: number; readonly most: number };

export type DaemonFact = {
  readonly routers: readonly RouterFact[];
  readonly processes: readonly ProcessFact[];
  readonly vrrp?: { readonly pid: number; readonly isRealtime: boolean; readonly isLocked: boolean };
};

/** A socket that takes packets from others. */
export type ListeningFact = {
  readonly protocol: 'tcp' | 'udp';
  readonly address: Ip | 'any';
  readonly port: number;
};

/** @property manager "systemd-networkd" */
export type NetworkFileFact = { readonly path: string; readonly manager: string; readonly text: string };

export type Facts = {
  readonly config: Config;
  /** Whose values of the config count, where it is not the host's own name. */
  readonly asDirector?: string;
  readonly links: readonly LinkFact[];
  readonly addresses: readonly AddressFact[];
  /** By the path below /proc/sys: "net/ipv4/conf/eth0/rp_filter". */
  readonly sysctls: Readonly<Record<string, string>>;
  /** With underscores. Absent: cannot be told. */
  readonly modules?: ReadonlySet<string>;
  /** Of those: what is loaded, or built in. */
  readonly loadedModules?: ReadonlySet<string>;
  /** To each address that was asked for: servers, peers, and where no route is closer (`default`, `default6`). */
  readonly routes: Readonly<Record<string, RouteFact>>;
  /** What the kernel does with a packet of a client beyond the gateway, of each floating address of IPv4 that is held here. */
  readonly arrivals?: Readonly<Record<string, 'taken' | 'refused'>>;
  /** There are rules by which packets of some addresses go other ways (ip-rule(8)). */
  readonly hasPolicyRules?: true;
  /** Of nftables and iptables. Absent: cannot be told. */
  readonly ruleset?: Ruleset;
  readonly programs: readonly ProgramFact[];
  /** "6.18.44" */
  readonly kernel?: string;
  /** Absent: cannot be told. */
  readonly isClockSynchronised?: boolean;
  readonly listening?: readonly ListeningFact[];
  readonly networkFiles: readonly NetworkFileFact[];
  /** Absent: none answers. */
  readonly daemon?: DaemonFact;
  /** What could not be read, and why. */
  readonly unread: readonly string[];
};
