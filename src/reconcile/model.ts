// The IPVS table as values: what the kernel holds, what should exist, and the operations between the two.
// Canonical form is the kernel's (linux/ip_vs.h) less what only the kernel sets (the HASHED flag), so that
// equal tables are deeply equal. No counters here: they are observation, not configuration.
import { formatEndpoint } from '../net/endpoint.ts';
import type { Family, Ip } from '../net/ip.ts';

export type Protocol = 'tcp' | 'udp' | 'sctp';
export type Forward = 'gate' | 'masq' | 'ipip';

/** What names a virtual service: address, protocol and port, or a firewall mark of one family. */
export type ServiceId =
  | { readonly kind: 'address'; readonly protocol: Protocol; readonly address: Ip; readonly port: number }
  | { readonly kind: 'fwmark'; readonly family: Family; readonly fwmark: number };

export type VirtualService = {
  readonly id: ServiceId;
  readonly scheduler: string;
  /** As `ipvsadm -b` spells them; sorted; empty where none. */
  readonly schedFlags: readonly string[];
  /** Seconds; absent where the service is not persistent. */
  readonly persistenceSec?: number;
  /** Prefix length of the persistence granularity; 32 or 128 where none was asked for. */
  readonly persistencePrefix: number;
  readonly persistenceEngine?: string;
  /** One-packet scheduling (UDP). */
  readonly ops: boolean;
};

export type Destination = {
  readonly address: Ip;
  readonly port: number;
  readonly forward: Forward;
  /** 0 to 65535; 0 takes no new connections. */
  readonly weight: number;
  /** Connections; 0 is no threshold. */
  readonly upperThreshold: number;
  readonly lowerThreshold: number;
};

export type ServiceEntry = {
  readonly service: VirtualService;
  readonly destinations: readonly Destination[];
};
export type Table = readonly ServiceEntry[];

/** One message to the kernel. `before` is there for `plan` and for logs. */
export type Operation =
  | { readonly type: 'addService'; readonly service: VirtualService }
  | { readonly type: 'editService'; readonly service: VirtualService; readonly before: VirtualService }
  | { readonly type: 'deleteService'; readonly service: VirtualService }
  | { readonly type: 'addDestination'; readonly service: ServiceId; readonly destination: Destination }
  | {
      readonly type: 'editDestination';
      readonly service: ServiceId;
      readonly destination: Destination;
      readonly before: Destination;
    }
  | { readonly type: 'deleteDestination'; readonly service: ServiceId; readonly destination: Destination };

/** "tcp 192.168.6.240:80", "fwmark 1", "fwmark6 1": unique, readable, the name of a service everywhere. */
export function formatServiceId(id: ServiceId): string {
  if (id.kind === 'fwmark') return `${id.family === 'inet6' ? 'fwmark6' : 'fwmark'} ${id.fwmark}`;
  return `${id.protocol} ${formatEndpoint(id)}`;
}
