// The vocabulary of one virtual router: its configuration, the states it can be in, what happens to it
// (events, past tense) and what it wants done (effects, imperative). No behaviour here.
// Names are those of RFC 9568 §6; `leaving` and `fault` are ours (docs/states.md).

import type { Phase, Reason, TtlBounds } from '../model/vrrp.ts';
import type { Advert } from '../net/advert.ts';
import type { Family, Ip } from '../net/ip.ts';
import type { Prefix } from '../net/prefix.ts';
import type { Micros } from '../ports/clock.ts';

/** name, virtualRouterId, version and family identify a router: a change of one of them makes another router. */
export type RouterConfig = {
  readonly name: string;
  readonly virtualRouterId: number;
  readonly version: 2 | 3;
  readonly family: Family;
  /** Configured: 1 to 254, or 255 where the router owns the addresses. */
  readonly priority: number;
  /** Sum of what tracking adds; clamped by effectivePriority(), never applied to an owner. */
  readonly priorityOffset?: number;
  /** Member of a sync group (sync-group.ts): becomes active by groupReady only. */
  readonly grouped?: true;
  /** Advertisement_Interval. */
  readonly advertIntervalUs: Micros;
  readonly preempt: boolean;
  /** How long a lower-priority active is left alone, counted from its first advert. */
  readonly preemptDelayUs: Micros;
  /** The VIPs, in the order in which they are advertised; then those that come along unadvertised. */
  readonly addresses: readonly Prefix[];
  /** How many of them are advertised; absent: all. */
  readonly advertised?: number;
  /** What our adverts carry as source: the tie-break. */
  readonly sourceAddress: Ip;
  /** Empty: multicast. */
  readonly unicastPeers: readonly Ip[];
  /** Of some of them; what the kernel has judged already is not judged again. */
  readonly peerTtl?: readonly TtlBounds[];
  /** Version 2 simple text: at most 8 printable ASCII characters. */
  readonly authPass?: string;
  /** Kernel lifetime of each VIP (docs/architecture.md "The lease"). */
  readonly leaseUs: Micros | 'off';
  /** Announcements of each address in a round. */
  readonly garpRepeat: number;
  /** In a refresh; absent: one. */
  readonly garpRefreshRepeat?: number;
  /** Only false is said: a lower active is answered by the next advert alone. */
  readonly assertsAtOnce?: false;
  /** Only false is said: no advert goes out as it yields to a higher active. */
  readonly saysLastWord?: false;
  /** Announcements of each address in a round against another active; absent: as in any round. */
  readonly garpLowerRepeat?: number;
  /** From such a round to the one after it; absent: when the conflict should be over; 0: none. */
  readonly garpLowerDelayUs?: Micros;
  /** From round 1 to round 2; 0: no second round. */
  readonly garpDelayUs: Micros;
  /** Between rounds from then on; 0: none. */
  readonly garpRefreshUs: Micros;
};

/** A path beside the interface of the virtual addresses, and the source of our own adverts over it. */
export type FurtherPath = {
  /** From 1, in the order of the configuration. */
  readonly index: number;
  readonly ownAddress: Ip;
};

/** The router last heard advertising a priority above zero. */
export type HeardRouter = {
  /** On the first path that brings its adverts (paths.ts). */
  readonly address: Ip;
  readonly priority: number;
  readonly at: Micros;
  /** Absent: the first. */
  readonly path?: number;
  /** When it was last heard from that address, where that was before `at`. */
  readonly addressAt?: Micros;
};

export type Initialize = { readonly phase: 'initialize'; readonly since: Micros };

export type Backup = {
  readonly phase: 'backup';
  readonly since: Micros;
  /** When Active_Down_Timer fires. */
  readonly activeDownAt: Micros;
  /** Active_Adver_Interval: our own until one is learned (RFC 9568 §6.1). */
  readonly activeIntervalUs: Micros;
  readonly heard?: HeardRouter;
  /** A priority 0 set the timer that runs; when. */
  readonly resignedAt?: Micros;
  /** The preempt delay ends then; set by the first advert of a lower priority. */
  readonly preemptAt?: Micros;
  /** The timer that runs was set by an overdue one: see deadline rule in step.ts. */
  readonly graceUsed?: true;
  /** The role was given away by request: nobody is preempted until it has been ours again. */
  readonly standDown?: true;
  /** In a sync group: another router has the role; or the timer has fired, and only the others are waited for. */
  readonly stance?: 'yields' | 'wants';
  /** It was active, and went without a word: the next active that it hears is told so (last-word.ts). */
  readonly owesWord?: true;
  /** Why its last advert went to nobody. */
  readonly unsent?: string;
  /** The timer has fired, and an advert was tried: it takes over once one goes out. */
  readonly triedAt?: Micros;
};

/** One peer that also believes to be active, and loses. */
export type Conflict = {
  readonly lastHeardAt: Micros;
  /** The last answer to it, and the one before that. */
  readonly assertsAt: readonly [Micros, Micros];
  readonly lastReportAt?: Micros;
  /** That it was heard was told for those who put right what it has done meanwhile. */
  readonly lastToldAt?: Micros;
  readonly count: number;
};

/** The next one. `followed`: another comes after it, for a conflict that should be over by then. */
export type Announcement = { readonly at: Micros; readonly repeat: number; readonly followed?: true };

/** Announcements that others were the reason of, and when such a reason came last. */
export type Contest = { readonly rounds: number; readonly at: Micros };

/** No advert has gone to anybody since then, and why; when the role is given up for it. */
export type Unsent = { readonly since: Micros; readonly until: Micros; readonly reason: string };

export type Active = {
  readonly phase: 'active';
  readonly since: Micros;
  /** When Adver_Timer fires. */
  readonly nextAdvertAt: Micros;
  readonly lastAdvertAt: Micros;
  readonly leaseRenewedAt: Micros;
  readonly announcement?: Announcement;
  readonly lastAnnounceAt: Micros;
  /** Announcements made since we are active. */
  readonly rounds: number;
  /** By address of the peer; bounded (conflict.ts). */
  readonly conflicts: Readonly<Record<string, Conflict>>;
  readonly contest?: Contest;
  readonly tie?: Tie;
  readonly unsent?: Unsent;
};

/** The first path over which another active of our priority is heard: it settles who stays (paths.ts). */
export type Tie = { readonly path: number; readonly since: Micros; readonly heardAt: Micros };

/** Priority 0 is sent; the addresses are served until a successor is heard (docs/architecture.md "The hand-over"). */
export type Leaving = {
  readonly phase: 'leaving';
  readonly since: Micros;
  /** What comes after it: initialize, backup (or active again), fault, backup, backup, backup or active (hold.ts). */
  readonly purpose: 'shutdown' | 'handover' | 'fault' | 'group' | 'unsent' | 'start';
  /** When the wait ends without a successor. */
  readonly until: Micros;
  /** When priority 0 is said once more. */
  readonly repeatAt?: Micros;
  /** At a shutdown: the addresses stay where nobody takes over. */
  readonly keeps?: true;
  /** After a start, in a sync group: nobody took over, and only the other members are waited for. */
  readonly wants?: true;
  readonly unsent?: string;
};

/** The interface is down, or something that is tracked with weight 0. */
export type Fault = { readonly phase: 'fault'; readonly since: Micros };

export type State = Initialize | Backup | Active | Leaving | Fault;

/** An earlier run has left its addresses, which answer still. */
export type Finds = 'addresses';

export type Event =
  | { readonly type: 'startup'; readonly linkUp: boolean; readonly finds?: Finds }
  /** Instead of startup after a crash of the process alone (docs/architecture.md "Two processes"). */
  | {
      readonly type: 'resumed';
      readonly linkUp: boolean;
      readonly finds?: Finds;
      readonly snapshot: { readonly phase: Phase; readonly lastAdvertAt: Micros };
    }
  /** Ends in initialize: at once, or through leaving. The router is done when its phase says so. */
  | {
      readonly type: 'shutdown';
      /** Another process of ours follows: where no successor is heard, the addresses stay for it. */
      readonly keeps?: true;
    }
  /** Only adverts that validateAdvert() accepted. */
  | {
      readonly type: 'advertReceived';
      readonly advert: Advert;
      readonly source: Ip;
      /** Absent: the interface of the virtual addresses. */
      readonly path?: FurtherPath;
    }
  /** nextDeadline() has passed and the socket was drained after that. Early or spurious is harmless. */
  | { readonly type: 'deadlineReached' }
  | { readonly type: 'linkDown' }
  | { readonly type: 'linkUp' }
  /** Something that is tracked failed, or another member of the sync group is unfit; the interface is well. */
  | { readonly type: 'trackFailed' }
  | { readonly type: 'trackRecovered' }
  /** Every member of the sync group is active or wants to be. */
  | { readonly type: 'groupReady' }
  /** A member of the sync group had to give its role up. */
  | { readonly type: 'groupLost' }
  /** step()'s `router` is the old configuration here, and the new one from the next call on. */
  | { readonly type: 'reconfigured'; readonly router: RouterConfig }
  | { readonly type: 'handoverRequested' }
  /** Another host has answered for an address that we serve: the shell asks before each advert of an active. */
  | { readonly type: 'answeredElsewhere' }
  /** The last advert went to nobody. */
  | { readonly type: 'advertFailed'; readonly reason: string; readonly lastSentAt: Micros }
  /** After adverts that failed, one went out. */
  | { readonly type: 'advertSent' };

/** Facts for the journal. */
export type Report =
  | {
      readonly type: 'transition';
      readonly from: Phase;
      readonly to: Phase;
      readonly reason: Reason;
      readonly priority: number;
      readonly peer?: Ip;
      /** More of the reason, in words. */
      readonly detail?: string;
      /** How long nobody may have served, as far as adverts tell; only on becoming active. */
      readonly outageMsEstimate?: number;
    }
  /** Another router is active too, and loses. `count`: its adverts since it was first heard. */
  | {
      readonly type: 'splitBrainSuspected';
      readonly peer: Ip;
      readonly peerPriority: number;
      readonly count: number;
    }
  /** The same, from its first advert on and as often as it is answered: what it has done meanwhile may have to be undone. */
  | { readonly type: 'lowerActiveHeard'; readonly peer: Ip; readonly peerPriority: number }
  /** Our priority from our address: a reflected packet or a cloned host. */
  | { readonly type: 'ownAddressHeard'; readonly source: Ip; readonly count: number }
  | { readonly type: 'stall'; readonly lateUs: Micros; readonly action: StallAction }
  | { readonly type: 'handoverFailed'; readonly reason: 'not_active' | 'no_successor' };

/** What a stall led to: stepping down; a fresh announcement; another wait before taking over. */
export type StallAction = 'stepped_down' | 'announced' | 'waited';

/** To be carried out in order. */
export type Effect =
  /** With advertOf(router, priority). */
  | { readonly type: 'sendAdvert'; readonly priority: number }
  /** With the lease; an address that is there already is renewed. */
  | { readonly type: 'addAddresses'; readonly addresses: readonly Prefix[] }
  /** One that is not there is no error. */
  | { readonly type: 'removeAddresses'; readonly addresses: readonly Prefix[]; readonly reason: Reason }
  /** Gratuitous ARP or unsolicited neighbour advertisements for every address, `repeat` times each. */
  | { readonly type: 'announce'; readonly round: number; readonly repeat: number }
  /** Of every address; only if the sendAdvert before it really went out. For its length, or longer where that is said. */
  | { readonly type: 'renewLease'; readonly atLeastUs?: Micros }
  | { readonly type: 'report'; readonly report: Report };

export type Step<S extends State = State> = { readonly state: S; readonly effects: readonly Effect[] };
