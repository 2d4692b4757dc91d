// The configuration as the daemon sees it: everything resolved for this director, every default filled in,
// every time in milliseconds. Parsers (yaml.ts, ldirectord.ts) make it; nothing below here knows of files.

import type { FlapPolicy } from '../../health/flap-damping.ts';
import type { Family, Ip } from '../../net/ip.ts';
import type { Mark } from '../../net/mark.ts';
import type { VirtualRoute, VirtualRule } from '../../net/route.ts';
import type { VirtualAddress } from '../../net/virtual-address.ts';
import type { Tracker } from '../../vrrp/track.ts';
import type { TtlBounds } from '../../vrrp/types.ts';
import type { JsonTest, StatusRange } from '../check.ts';
import type { SyncDaemon, Timeouts } from '../director.ts';
import type { Forward, ServiceId, Tunnel } from '../ipvs.ts';

/** Where something stands in a config file; line and column count from 1. */
export type Position = { readonly file: string; readonly line: number; readonly column: number };

/** "FILE:LINE:COLUMN: Cannot <act>: <rule>, got <value>" is `message` behind its position. */
export type Problem = {
  readonly severity: 'error' | 'warning';
  readonly at: Position;
  readonly message: string;
};

export type LogLevel = 'error' | 'warn' | 'info' | 'debug';
export type LogConfig = {
  readonly level: LogLevel;
  readonly format: 'json' | 'text';
  /** An extra sink beside standard output. */
  readonly file?: string;
};

export type VrrpInstanceConfig = {
  readonly name: string;
  /** Carries the virtual addresses, and is the first path of adverts. */
  readonly interface: string;
  /** Further paths of adverts, none of them twice (paths.ts). */
  readonly furtherInterfaces?: readonly string[];
  /** Of every virtual address: an entry with both families is two instances (resolve.ts). */
  readonly family: Family;
  readonly virtualRouterId: number;
  readonly version: 2 | 3;
  /** 1 to 255; 255 owns the addresses. */
  readonly priority: number;
  readonly advertIntervalMs: number;
  readonly preempt: boolean;
  readonly preemptDelayMs: number;
  /** After the start of the daemon, and after the boot of the host, before it takes part; absent: at once. */
  readonly startDelayMs?: number;
  readonly delayAfterBootMs?: number;
  /** Of any interface. */
  readonly linkDelays?: readonly LinkDelay[];
  readonly acceptMode: boolean;
  /** As advertised, in order; of IPv6 a link-local one first where there is one (RFC 9568 §5.2.9). */
  readonly virtualAddresses: readonly VirtualAddress[];
  /** Come and go with them, but are not advertised; of any family. */
  readonly excludedAddresses?: readonly VirtualAddress[];
  /** There while the addresses are: after them, and gone before them. */
  readonly virtualRoutes?: readonly VirtualRoute[];
  readonly virtualRules?: readonly VirtualRule[];
  /** Empty: multicast, unless there are names of peers. */
  readonly unicastPeers: readonly Ip[];
  /** Peers by name: each as many more as the name has addresses of the family (roster/effective-peers.ts). */
  readonly peerNames?: readonly PeerNameConfig[];
  /** How far away those may be that have a bound; absent: however far. */
  readonly peerTtl?: readonly TtlBounds[];
  readonly sourceAddress?: Ip;
  /** RFC 3768 has none; RFC 2338 simple text, for peers that still ask for it. */
  readonly authPass?: string;
  /** Which IPv4 version-3 checksum is sent (vrrp.md §1.3); both are accepted. */
  readonly checksum: 'rfc5798' | 'rfc9568';
  /** Whole seconds of kernel lifetime of each VIP; 'off': for ever (vrrp.md §7.3, DESIGN.md §1 property 2). */
  readonly vipLeaseSec: number | 'off';
  readonly garpRepeat: number;
  readonly garpDelayMs: number;
  /** Periodic gratuitous ARP while active; 0: none. */
  readonly garpRefreshMs: number;
  /** Of each address in those rounds; absent: one. */
  readonly garpRefreshRepeat?: number;
  /** Between two announcements of a round; absent: none. */
  readonly garpIntervalMs?: number;
  /** The name of a macvlan interface of ours that carries the addresses, with the virtual router MAC. */
  readonly vmac?: string;
  /** Of its own and, in a sync group, of the group and every other member: a group has one priority. */
  readonly trackers?: readonly Tracker[];
  /** Commands to be run as its state changes. */
  readonly notify?: VrrpNotifyConfig;
  /** The name of its sync group. */
  readonly syncGroup?: string;
  readonly at: Position;
};

export type PeerNameConfig = {
  readonly name: string;
  /** How far away it may be; both or neither. */
  readonly minTtl?: number;
  readonly maxTtl?: number;
};

/** How the process that does VRRP is kept from being held up. */
export type VrrpProcessConfig = {
  /** 1 to 99, of SCHED_RR. */
  readonly realtimePriority: number | 'off';
  readonly lockMemory: boolean;
};

/** By keepalived's names of the states; `every` gets INSTANCE, name, state and priority behind it. */
export type VrrpNotifyConfig = Readonly<
  Partial<Record<'MASTER' | 'BACKUP' | 'FAULT' | 'STOP' | 'every', readonly string[]>>
>;

/** A command that is run again and again; vrrp_script in keepalived's words. */
export type TrackScriptConfig = {
  readonly name: string;
  /** The program's absolute path, and its arguments. */
  readonly command: readonly string[];
  readonly intervalMs: number;
  readonly timeoutMs: number;
  readonly rise: number;
  readonly fall: number;
  /** Absent: an unprivileged one where the daemon may change to it. */
  readonly user?: string;
  readonly at: Position;
};

/** How long a change of an interface must last to count. */
export type LinkDelay = { readonly name: string; readonly upDelayMs: number; readonly downDelayMs: number };

/** A file that holds a number. */
export type TrackFileConfig = { readonly name: string; readonly file: string; readonly at: Position };

/** Processes that must be there. */
export type TrackProcessConfig = {
  readonly name: string;
  /** A path, or the last part of one. */
  readonly program: string;
  /** Absent: any. */
  readonly parameters?: string;
  readonly paramMatch: 'exact' | 'initial' | 'partial';
  readonly quorum: number;
  readonly quorumMax?: number;
  readonly intervalMs: number;
  readonly at: Position;
};

/** What trackers of virtual routers refer to, beside interfaces and virtual services. */
export type TrackedConfig = {
  readonly scripts: readonly TrackScriptConfig[];
  readonly files: readonly TrackFileConfig[];
  readonly processes: readonly TrackProcessConfig[];
};

export type CheckType =
  | { readonly kind: 'negotiate' }
  | { readonly kind: 'connect' }
  | { readonly kind: 'ping' }
  | { readonly kind: 'external' }
  | { readonly kind: 'external-perl' }
  | { readonly kind: 'on' }
  | { readonly kind: 'off' }
  /** One negotiate, then `connects` connects, and again (ldirectord.md §3.1 combined N). */
  | { readonly kind: 'combined'; readonly connects: number };

export type RealConfig = {
  readonly address: Ip;
  /** 0: the virtual service's own port. */
  readonly port: number;
  readonly forward: Forward;
  /** Of ipip; absent: IP in IP. */
  readonly tunnel?: Tunnel;
  readonly weight: number;
  readonly upperThreshold: number;
  readonly lowerThreshold: number;
  /** Override the virtual's, both or neither. */
  readonly request?: string;
  readonly receive?: string;
  /** The DNS name that its address comes from (roster/effective.ts). */
  readonly name?: string;
  /** In the config, or in a real_file. */
  readonly at: Position;
};

/** A server by its name: as many as the name has addresses of the service's family. */
export type NamedRealConfig = Omit<RealConfig, 'address' | 'name'> & {
  /** In lower case; a dot at its end keeps search domains off. */
  readonly name: string;
  /** 'one': ldirectord makes one server of a name, whatever it has. */
  readonly takes: 'all' | 'one';
};

export type RealFileConfig = { readonly path: string; readonly at: Position };

/** One URL of several; what it leaves out is the service's. */
export type HttpUrlConfig = {
  readonly request?: string;
  readonly method?: string;
  readonly body?: string;
  readonly status?: readonly StatusRange[];
  readonly receive?: string;
  readonly json?: JsonTest;
  readonly digest?: string;
};

/** keepalived's UDP_CHECK. */
export type UdpCheckConfig = {
  /** Two hexadecimal digits a byte. */
  readonly payload?: string;
  /** As payload, x for any digit; empty: any reply. Absent: none is needed. */
  readonly requireReply?: string;
  readonly replyBytesMin?: number;
  readonly replyBytesMax?: number;
};

/** What an HTTP check has beyond request, receive and httpmethod. */
export type HttpCheckConfig = {
  readonly body?: string;
  readonly status?: readonly StatusRange[];
  readonly json?: JsonTest;
  readonly digest?: string;
  readonly version?: '1.1' | '2';
  readonly headers?: readonly (readonly [name: string, value: string])[];
  /** Instead of the service's own request, unless a server has one. */
  readonly urls?: readonly HttpUrlConfig[];
  readonly weightHeader?: string;
};

/** What a DNS check has beyond request (the name) and receive. */
export type DnsCheckConfig = { readonly type?: string; readonly rcodes?: readonly string[] };

/** A tier of the fallback: it serves while the real servers do not, and no tier before it does. */
export type FallbackConfig = RealConfig & {
  /** With the service's own check; one that is not checked counts as up. */
  readonly checked: boolean;
};

/** A tier by its name: the lowest address that the name has, in the service's family. */
export type NamedFallbackConfig = Omit<FallbackConfig, 'address' | 'name'> & {
  /** As a {@link NamedRealConfig}'s. */
  readonly name: string;
  /** Its place among all tiers, from 0. */
  readonly tier: number;
};

/** What a service needs of its servers, by the sum of their weights; keepalived's words. */
export type QuorumConfig = {
  readonly quorum: number;
  /** Gained at quorum + hysteresis, lost below quorum - hysteresis; less than quorum. */
  readonly hysteresis: number;
  /** Programs with their arguments, run when it is gained and lost. */
  readonly up?: readonly string[];
  readonly down?: readonly string[];
  /** Of both; absent: an unprivileged one where the daemon may change to it. */
  readonly user?: string;
};

/** Packets that get the firewall mark of their service from us. */
export type MarkedConfig = Omit<Mark, 'mark'> & { readonly at: Position };

export type VirtualConfig = {
  readonly id: ServiceId;
  /** Of a service of a firewall mark alone; absent: somebody else marks them. */
  readonly marks?: readonly MarkedConfig[];
  readonly servicename?: string;
  readonly comment?: string;
  readonly scheduler: string;
  readonly schedFlags: readonly string[];
  readonly persistentSec?: number;
  readonly netmaskPrefix?: number;
  readonly persistenceEngine?: string;
  readonly ops: boolean;

  readonly service: string;
  readonly checktype: CheckType;
  readonly checkport?: number;
  readonly checkcommand: string;
  /** As whom checkcommand runs; absent: as scripts do. */
  readonly checkuser?: string;
  /** Whether the exit status of checkcommand says the weight. */
  readonly miscDynamic?: true;
  readonly request: string;
  readonly receive: string;
  readonly httpmethod: string;
  readonly http?: HttpCheckConfig;
  readonly dns?: DnsCheckConfig;
  readonly udp?: UdpCheckConfig;
  /** How an SMTP check names itself. */
  readonly heloName?: string;
  /** What a check of service file reads. */
  readonly checkfile?: string;
  /** The header before what a check says over TCP. */
  readonly proxyProtocol?: 'v1' | 'v2';
  /** Where an agent says the weight of its server. */
  readonly agentPort?: number;
  /** What it is sent first; `\n` stands for a line end. */
  readonly agentSend?: string;
  readonly virtualhost?: string;
  readonly sni?: string;
  readonly verify: boolean;
  readonly caFile?: string;
  /** A certificate that ends within so many days is told of. */
  readonly certificateExpiryDays?: number;
  readonly login: string;
  readonly passwd: string;
  readonly database: string;
  readonly secret: string;

  readonly checktimeoutMs: number;
  readonly negotiatetimeoutMs: number;
  readonly checkintervalMs: number;
  /** Tries of a ping check. */
  readonly checkcount: number;
  /** Consecutive failures that take a server out. */
  readonly fall: number;
  /** Consecutive successes that bring it back. The first success ever is enough at start. */
  readonly rise: number;
  /** How long a server that came back takes to reach its weight; absent: it has it at once. */
  readonly slowStartMs?: number;
  /** How a server that falls again and again is held out; absent: it is not. */
  readonly flapping?: FlapPolicy;
  /** How long a server that is no longer configured may keep its connections; absent: not at all. */
  readonly drainTimeoutMs?: number;

  readonly quiescent: boolean;
  readonly readdquiescent: boolean;
  readonly cleanstop: boolean;
  /** In the order in which they are tried. */
  readonly fallbacks: readonly FallbackConfig[];
  /** Become fallbacks, each in its place, as their names are resolved. */
  readonly namedFallbacks?: readonly NamedFallbackConfig[];
  readonly fallbackcommand?: string;
  /** Absent: one server that serves is enough, whatever its weight. */
  readonly quorum?: QuorumConfig;
  readonly reals: readonly RealConfig[];
  /** Become reals as their names are resolved. */
  readonly namedReals?: readonly NamedRealConfig[];
  /** More of both kinds, in a file of its own. */
  readonly realFile?: RealFileConfig;
  readonly at: Position;
};

/** Which sync daemons run: a master while that instance is active and a backup while it is not, or both for ever. */
export type SyncConfig = Omit<SyncDaemon, 'state'> &
  ({ readonly mode: 'both' } | { readonly mode: 'role'; readonly instance: string });

export type IpvsConfig = {
  readonly resyncIntervalMs: number;
  readonly foreign: 'keep' | 'remove';
  /** Of those that are absent the kernel's stay. */
  readonly timeouts?: Partial<Timeouts>;
  readonly sync?: SyncConfig;
  /** Values by the names below net.ipv4.vs. */
  readonly sysctl?: Readonly<Record<string, string>>;
};

export type Config = {
  readonly file: string;
  readonly director: { readonly name: string; readonly controlSocket: string; readonly stateDir: string };
  readonly log: LogConfig;
  /** Absent: its defaults. */
  readonly vrrpProcess?: VrrpProcessConfig;
  readonly vrrp: readonly VrrpInstanceConfig[];
  /** Absent: nothing of the kind. */
  readonly tracked?: TrackedConfig;
  readonly ipvs: IpvsConfig;
  readonly virtuals: readonly VirtualConfig[];
  /** Reload when the file changes on disk. */
  readonly autoreload: boolean;
  /** As whom programs run that name no user. Absent: those that check, without privileges; others as the daemon. */
  readonly scriptUser?: string;
  /** As ldirectord's maintenancedir: a file named after a server takes it out. */
  readonly maintenancedir?: string;
};

/** A config, with warnings at most; or none, with every problem found. */
export type ConfigResult = { readonly config?: Config; readonly problems: readonly Problem[] };

/** As whom, and how, a program is run. */
export type ProgramUse = {
  /** Absent: as ports/tracked's RunScript takes it. */
  readonly user?: string;
  readonly isAction?: true;
  /** An interpreter reads it. */
  readonly isRead?: true;
};

/** How names become values while a config is read: injected, so that the parsers stay pure. */
export type ConfigEnvironment = {
  readonly hostname: string;
  /** Overrides the name that the file gives this director (`--director`). */
  readonly director?: string;
  /** The first address of that family, or undefined. */
  readonly resolveHost: (name: string, family: 'inet' | 'inet6') => Ip | undefined;
  readonly resolveService: (name: string, protocol?: 'tcp' | 'udp') => number | undefined;
  /** The rule that a program on this host breaks, and what of it. Absent: nothing is looked at. */
  readonly judgeProgram?: (
    file: string,
    use: ProgramUse,
  ) => { readonly rule: string; readonly got: string } | undefined;
};
