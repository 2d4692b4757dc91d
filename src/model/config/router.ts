// A virtual router as configured, and what holds for all of them.
import type { Family, Ip } from '../../net/ip.ts';
import type { VirtualRoute, VirtualRule } from '../../net/route.ts';
import type { VirtualAddress } from '../../net/virtual-address.ts';
import type { Tracker } from '../tracking.ts';
import type { TtlBounds } from '../vrrp.ts';
import type { Position } from './problem.ts';

export type VrrpInstanceConfig = {
  readonly name: string;
  /** Carries the virtual addresses, and is the first path of adverts. */
  readonly interface: string;
  /** Only false is said: it may be down, or without a carrier. */
  readonly trackPrimary?: false;
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
  /** Another group than RFC 9568's; absent: that one, or unicast peers. */
  readonly multicastGroup?: Ip;
  /** RFC 3768 has none; RFC 2338 simple text, for peers that still ask for it. */
  readonly authPass?: string;
  /** Which IPv4 version-3 checksum is sent (docs/reference/vrrp.md §1.3); both are accepted. */
  readonly checksum: 'rfc5798' | 'rfc9568';
  /** Whole seconds of kernel lifetime of each VIP; 'off': for ever (docs/architecture.md "The lease"). */
  readonly vipLeaseSec: number | 'off';
  readonly garpRepeat: number;
  readonly garpDelayMs: number;
  /** Periodic gratuitous ARP while active; 0: none. */
  readonly garpRefreshMs: number;
  /** Of each address in those rounds; absent: one. */
  readonly garpRefreshRepeat?: number;
  /** Between two announcements of a round; absent: none. */
  readonly garpIntervalMs?: number;
  /** Only false is said: what it hears of a lower active waits for its next advert. */
  readonly assertsAtOnce?: false;
  /** Only false is said: it yields to a higher active without another advert. */
  readonly saysLastWord?: false;
  /** Of each address when another active loses, and after how long once more; absent: garpRepeat, and when it should be over. */
  readonly garpLowerRepeat?: number;
  readonly garpLowerDelayMs?: number;
  /** The name of a macvlan interface of ours that carries the addresses, with the virtual router MAC. */
  readonly vmac?: string;
  /** Adverts leave by the interface itself, with its own MAC, and not by that macvlan. */
  readonly advertsFromBase?: true;
  /** Of its own and, in a sync group, of the group and every other member: a group has one priority. */
  readonly trackers?: readonly Tracker[];
  /** Commands to be run as its state changes. */
  readonly notify?: VrrpNotifyConfig;
  /** A new priority is told as well. */
  readonly notifiesPriority?: true;
  /** Whether its states are mailed; absent: as mail.transitions says. */
  readonly mail?: boolean;
  /** The name of its sync group. */
  readonly syncGroup?: string;
  /** Commands to be run as the state of its group changes; the same in each member. */
  readonly groupNotify?: VrrpNotifyConfig;
  /** Of the whole daemon; the first one carries them. */
  readonly statics?: StaticHoldings;
  readonly at: Position;
};

/** Held in every state. */
export type StaticHoldings = {
  readonly addresses: readonly StaticAddress[];
  readonly routes: readonly VirtualRoute[];
  readonly rules: readonly VirtualRule[];
};
export type StaticAddress = VirtualAddress & { readonly device: string };

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

/** @property user USER or USER:GROUP; absent: as the daemon. */
export type NotifyProgram = { readonly command: readonly string[]; readonly user?: string };

/** By keepalived's words; `every` gets INSTANCE or GROUP, name, state and priority behind it. */
export type VrrpNotifyConfig = Readonly<
  Partial<
    Record<
      'MASTER' | 'BACKUP' | 'FAULT' | 'STOP' | 'DELETED' | 'MASTER_RX_LOWER_PRI' | 'every',
      NotifyProgram
    >
  >
> & {
  /** A router that leaves the configuration is told of as DELETED, and not as FAULT. */
  readonly tellsDeleted?: true;
};

/** How long a change of an interface must last to count. */
export type LinkDelay = { readonly name: string; readonly upDelayMs: number; readonly downDelayMs: number };
