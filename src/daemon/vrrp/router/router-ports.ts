// What one virtual router offers to the process that runs it, and what it needs of that.
import type { VrrpInstanceConfig } from '../../../model/config/router.ts';
import type { FullReason } from '../../../model/vrrp.ts';
import type { GroupEvent, GroupMember } from '../../../vrrp/sync-group.ts';
import type { RouterConfig } from '../../../vrrp/types.ts';
import type { InterfacePorts, VrrpInterface } from '../adverts/interface.ts';
import type { SenderMacs } from '../adverts/sender-macs.ts';
import type { Claims } from '../holdings/claims.ts';
import type { FloatingKeeper } from '../holdings/floating-routes.ts';
import type { VrrpInstanceStatus, VrrpSnapshot } from '../messages.ts';
import type { TrackPorts } from './tracked.ts';

export type InstanceSnapshot = VrrpSnapshot['instances'][number];

export type RouterShell = GroupedRouter & {
  readonly config: () => VrrpInstanceConfig;
  /** Makes what it stands on; undefined where that is there. @returns settles when it is, or has taken too long */
  readonly prepare: () => Promise<void> | undefined;
  /** @param resume what an earlier process of ours said last, if it died. */
  readonly start: (resume?: InstanceSnapshot) => void;
  /** The same router with other settings: keeps its role. */
  readonly reconfigure: (config: VrrpInstanceConfig, devices: Devices) => void;
  /** Gives the role away and stays in the election. */
  readonly handOver: () => void;
  /** Gives the role away; settles when the addresses are gone. @param keeps what nobody takes over, for a restart */
  readonly shutDown: (keeps?: boolean) => Promise<void>;
  /** Why it cannot take part now. */
  readonly fault: () => FullReason | undefined;
  /** The same, but for what other members of its sync group lack. */
  readonly ownFault: () => FullReason | undefined;
  /** What is tracked may have changed. */
  readonly onTracked: () => void;
  readonly status: () => VrrpInstanceStatus;
  readonly snapshot: () => InstanceSnapshot;
};

/** Of its interfaces; the first, which never changes, carries the virtual addresses. */
export type Devices = readonly [VrrpInterface, ...VrrpInterface[]];

export type RouterPorts = InterfacePorts &
  TrackPorts & {
    /** Why another member of that instance's sync group cannot take part. */
    readonly groupFault: (config: VrrpInstanceConfig) => FullReason | undefined;
    /** A state of a member, or what depends on it, may have changed. */
    readonly settleGroup: (name: string) => void;
    readonly network: InterfacePorts['network'];
    readonly routes: FloatingKeeper;
    readonly claims: Claims;
    readonly senderMacs: SenderMacs;
    readonly isVirtual: (address: RouterConfig['sourceAddress']) => boolean;
    /** The timer of an advert was believed that much after its time. */
    readonly onAdvertDue: (lateUs: number) => void;
    /** A transition happened, or an advert was really sent. */
    readonly onProgress: (what: 'transition' | 'advert') => void;
  };

export type GroupedRouter = {
  readonly groupMember: () => GroupMember;
  readonly onGroupEvent: (event: GroupEvent) => void;
};
