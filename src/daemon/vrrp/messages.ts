// What the main process and the VRRP process say to each other over the fork channel: JSON, one message at a
// time, in order. Either end treats silence beyond the heartbeat limit as the other's death.

import type { JournalEvent } from '../../journal/event.ts';
import type { VrrpInstanceConfig } from '../../model/config/router.ts';
import type { Finding } from '../../model/tracking.ts';
import type { Phase } from '../../model/vrrp.ts';
import type { Difference } from '../../vrrp/differences.ts';
import type { Lateness } from '../pace/lateness.ts';

/** What the main process has found out of tracked things, by findingKey(); what is missing is unknown. */
export type Findings = Readonly<Record<string, Finding>>;

/** Enough to go on as active after a crash of the VRRP process alone (docs/architecture.md "Two processes"). */
export type VrrpSnapshot = {
  /** CLOCK_MONOTONIC microseconds, which both processes share. */
  readonly takenAt: number;
  readonly instances: readonly {
    readonly name: string;
    readonly phase: Phase;
    readonly lastAdvertAt: number;
  }[];
};

/** One of several paths of adverts. */
export type PathStatus = {
  readonly interface: string;
  readonly up: boolean;
  /** Why it is not: "no_carrier", "silent". */
  readonly reason?: string;
  /** Since the last advert that came over it. */
  readonly heardAgoMs?: number;
};

/** A router whose adverts were believed. */
export type PeerStatus = {
  readonly address: string;
  /** Of its last advert; 0: it resigned. */
  readonly priority: number;
  readonly heardAgoMs: number;
  /** In what its last advert is not as ours are; absent: in nothing. */
  readonly differs?: readonly Difference[];
};

export type VrrpInstanceStatus = {
  readonly name: string;
  readonly interface: string;
  readonly vrid: number;
  readonly phase: Phase;
  /** The effective one. */
  readonly priority: number;
  /** As configured; absent where it is the effective one. */
  readonly basePriority?: number;
  /** What it tracks: what was found, and what that does to the priority ("-20", "fault", "0"). */
  readonly tracked?: readonly { readonly name: string; readonly state: string; readonly adds: string }[];
  readonly syncGroup?: string;
  /** Absent where there is but one. */
  readonly paths?: readonly PathStatus[];
  /** Milliseconds of CLOCK_MONOTONIC at the last transition. */
  readonly sinceMs: number;
  readonly reason: string;
  /** The router heard as active, when not we. */
  readonly active?: { readonly address: string; readonly priority: number };
  /** Absent where none was heard. */
  readonly peers?: readonly PeerStatus[];
  /** Those that are there, on devices that work. */
  readonly addresses: readonly string[];
  /** What it should hold now beside them, and why it does not. Absent: nothing. */
  readonly missing?: readonly { readonly what: string; readonly reason: string }[];
  readonly advertsSent: number;
  readonly advertsReceived: number;
  readonly advertsRejected: Readonly<Record<string, number>>;
  readonly transitions: number;
  /** Of both, those of priority 0. */
  readonly resignationsSent?: number;
  readonly resignationsReceived?: number;
};

/** The VRRP process itself. */
export type VrrpProcessStatus = {
  readonly pid: number;
  /** What the kernel granted. */
  readonly realtime: boolean;
  readonly memoryLocked: boolean;
  /** Of every advert that a timer was set for, over all instances. */
  readonly advertLateness: Lateness;
};

/** The exit status of one that has handed every role over, as its main process was gone or silent. */
export const orphanStatus = 3;

export type ToVrrpProcess =
  | {
      readonly type: 'configure';
      /** Counts the configurations of one main process; absent: nobody waits for what it leaves out. */
      readonly serial?: number;
      readonly instances: readonly VrrpInstanceConfig[];
      readonly resume?: VrrpSnapshot;
      readonly findings?: Findings;
    }
  /** All of them, whenever one has changed. */
  | { readonly type: 'track'; readonly findings: Findings }
  | { readonly type: 'heartbeat' }
  /** Hand the role over now and stay in the election at a standstill until the peer is active. */
  | { readonly type: 'failover'; readonly instance?: string }
  /**
   * Hand over seamlessly, remove every address, say 'stopped', exit. With `keeps`, another main process follows: what
   * nobody takes over stays, and so does what else instances have changed.
   */
  | { readonly type: 'stop'; readonly keeps?: true };

export type FromVrrpProcess =
  | { readonly type: 'event'; readonly event: JournalEvent }
  | {
      readonly type: 'status';
      readonly process: VrrpProcessStatus;
      readonly instances: readonly VrrpInstanceStatus[];
      /** What stands in the way of them now; absent: nothing. */
      readonly problems?: readonly string[];
      /** It is a heartbeat as well. */
      readonly at?: number;
      /** One that was due: a message of its own would wake the main process twice. */
      readonly snapshot?: VrrpSnapshot;
    }
  | { readonly type: 'snapshot'; readonly snapshot: VrrpSnapshot }
  /** Configuration applied (sockets open, interfaces known), or what stood in the way. */
  | { readonly type: 'configured'; readonly problems: readonly string[] }
  /** What the configurations up to that one have left out is handed over, and its addresses are gone. */
  | { readonly type: 'released'; readonly serial: number }
  /** @property at CLOCK_MONOTONIC: one that waited to be read is as old as it is. */
  | { readonly type: 'heartbeat'; readonly at?: number }
  | { readonly type: 'stopped' };
