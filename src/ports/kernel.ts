// The kernel as values: the IPVS table, addresses and links. Implemented by src/kernel over netlink, and by
// a function over a Map in unit tests. Every failure is a KernelError with the kernel's own words.

import type { SyncDaemon, SyncState, Timeouts } from '../model/director.ts';
import type { Destination, Operation, VirtualService } from '../model/ipvs.ts';
import type { Family, Ip } from '../net/ip.ts';
import type { Link } from '../net/link.ts';
import type { Mac } from '../net/mac.ts';
import type { Result } from '../net/result.ts';
import type { VirtualRoute, VirtualRule } from '../net/route.ts';

export type KernelError = {
  /** "ENOENT", "EEXIST", "EPERM", …; "ENOSYS" where the family or module does not exist. */
  readonly code: string;
  /** The kernel's extended acknowledgement, else the meaning of the code. */
  readonly message: string;
};

export type Counters = {
  readonly activeConnections: number;
  readonly inactiveConnections: number;
  /** Clients that persistence keeps on it (templates), with connections at the moment or without. */
  readonly persistentClients: number;
  readonly connections: number;
  /** Through the director, in and out as the client sees it: of a server that answers by itself nothing comes out. */
  readonly traffic?: Readonly<Record<'packetsIn' | 'packetsOut' | 'bytesIn' | 'bytesOut', number>>;
};

export type ObservedDestination = Destination & { readonly counters: Counters };
export type ObservedService = {
  readonly service: VirtualService;
  readonly destinations: readonly ObservedDestination[];
};

export type IpvsKernel = {
  /** The whole table; an interrupted dump is repeated. */
  readonly observe: () => Promise<Result<readonly ObservedService[], KernelError>>;
  /** What the last observe could make nothing of: "a service", "a server of tcp 192.168.6.240:80". */
  readonly unreadable: () => readonly string[];
  /**
   * Sends every operation, in order, batched; one that fails does not hold back the others.
   * @returns one entry an operation: undefined where it succeeded.
   * A dead socket or a missing family is that error on every entry.
   */
  readonly apply: (operations: readonly Operation[]) => Promise<readonly (KernelError | undefined)[]>;
  readonly close: () => void;
};

/** What IPVS holds beside its table. */
export type DirectorKernel = {
  readonly timeouts: () => Promise<Result<Timeouts, KernelError>>;
  /** Those that are given; the others stay. */
  readonly changeTimeouts: (timeouts: Partial<Timeouts>) => Promise<KernelError | undefined>;
  /** Those that run, one of each state at most. */
  readonly syncDaemons: () => Promise<Result<readonly SyncDaemon[], KernelError>>;
  /** EEXIST where one of that state runs, ENODEV where there is no such interface. */
  readonly startSyncDaemon: (daemon: SyncDaemon) => Promise<KernelError | undefined>;
  readonly stopSyncDaemon: (state: SyncState) => Promise<KernelError | undefined>;
  readonly close: () => void;
};

export type AddressEntry = {
  readonly address: Ip;
  readonly prefixLength: number;
  readonly interfaceIndex: number;
  readonly label?: string;
  /** IPv6: duplicate detection is not done, or has found another host with it. */
  readonly tentative?: true;
  /** Seconds, or 'forever'. */
  readonly validLifetime: number | 'forever';
};

export type AddressRequest = Omit<AddressEntry, 'tentative'> & {
  /** IPv6: never chosen as a source. */
  readonly deprecated?: boolean;
  /** The kernel's number: 0 universe, 253 link, 254 host. */
  readonly scope?: number;
  readonly broadcast?: Ip;
};

export type MacvlanRequest = { readonly name: string; readonly parentIndex: number; readonly mac: Mac };

/** With the index of its device, where it has one. */
export type RouteRequest = { readonly route: VirtualRoute; readonly interfaceIndex?: number };

export type NetworkChange =
  | { readonly type: 'linkChanged'; readonly link: Link }
  | { readonly type: 'linkRemoved'; readonly index: number; readonly name: string }
  | { readonly type: 'addressAdded'; readonly address: AddressEntry }
  | { readonly type: 'addressRemoved'; readonly address: AddressEntry }
  /** The socket overflowed: whatever was known must be read again. */
  | { readonly type: 'resync' };

/** Packet filters: a table of that name and family, wholly ours. */
export type FilterKernel = {
  /** What is addressed to those of that family is dropped; in place of what the table held. */
  readonly dropTo: (
    family: Family,
    table: string,
    addresses: readonly Ip[],
  ) => Promise<KernelError | undefined>;
  /** Whether the table is there and as `dropTo` makes it. */
  readonly isDropping: (
    family: Family,
    table: string,
    addresses: readonly Ip[],
  ) => Promise<Result<boolean, KernelError>>;
  /** Told of every change of a table by whomever; undefined: of any. @returns ends it. May throw. */
  readonly watch: (listener: (table: string | undefined) => void) => () => void;
  /** The table goes; one that is not there is no error. */
  readonly dropNothing: (family: Family, table: string) => Promise<KernelError | undefined>;
};

export type NetworkKernel = {
  readonly links: () => Promise<Result<readonly Link[], KernelError>>;
  readonly addresses: (family: Family) => Promise<Result<readonly AddressEntry[], KernelError>>;
  /** Adds, or renews the lifetime of what exists (NLM_F_REPLACE). IPv6 without duplicate detection. */
  readonly replaceAddresses: (
    requests: readonly AddressRequest[],
  ) => Promise<readonly (KernelError | undefined)[]>;
  readonly removeAddresses: (
    requests: readonly Omit<AddressRequest, 'validLifetime'>[],
  ) => Promise<readonly (KernelError | undefined)[]>;
  /** EEXIST where one of that destination, metric and table is there, whoever made it. */
  readonly addRoutes: (requests: readonly RouteRequest[]) => Promise<readonly (KernelError | undefined)[]>;
  /** Never takes what others made. */
  readonly removeRoutes: (requests: readonly RouteRequest[]) => Promise<readonly (KernelError | undefined)[]>;
  readonly addRules: (rules: readonly VirtualRule[]) => Promise<readonly (KernelError | undefined)[]>;
  /** Never takes what others made. */
  readonly removeRules: (rules: readonly VirtualRule[]) => Promise<readonly (KernelError | undefined)[]>;
  /** Ours alone, whatever table they are in; their devices by index. A kernel without the family has none: an error. */
  readonly routes: (family: Family) => Promise<Result<readonly RouteRequest[], KernelError>>;
  readonly rules: (family: Family) => Promise<Result<readonly VirtualRule[], KernelError>>;
  /** Routes or rules of ours may have been changed by somebody else. Until {@link close}. */
  readonly watchRoutes: (listener: () => void) => void;
  /** Makes it, down, and without an IPv6 address of its own. */
  readonly addMacvlan: (request: MacvlanRequest) => Promise<KernelError | undefined>;
  readonly setLinkMac: (name: string, mac: Mac) => Promise<KernelError | undefined>;
  readonly setLinkUp: (name: string) => Promise<KernelError | undefined>;
  readonly removeLink: (name: string) => Promise<KernelError | undefined>;
  /** Notifications of links and addresses, both families, until {@link close}. */
  readonly watch: (listener: (change: NetworkChange) => void) => void;
  readonly close: () => void;
};
