// The IPVS table as values: what the kernel holds, what should exist, and the operations between the two.
// Canonical form is the kernel's (linux/ip_vs.h) less what only the kernel sets (the HASHED flag), so that
// equal tables are deeply equal. No counters here: they are observation, not configuration.
import { type Endpoint, formatEndpoint } from '../net/endpoint.ts';
import { type Family, familyOf, type Ip } from '../net/ip.ts';

export type Protocol = 'tcp' | 'udp' | 'sctp';
export type Forward = 'gate' | 'masq' | 'ipip';
export type TunnelType = 'gue' | 'gre';
/** As `ipvsadm --tun-` spells them. */
export type TunnelChecksum = 'nocsum' | 'csum' | 'remcsum';

/**
 * A word of the kernel that nobody here has a name for, carried by its number: "protocol-50", "method-4". It is
 * shown and kept as it is, never asked for, and told of (unknown-kinds.ts).
 */
export type Numbered<Kind extends 'protocol' | 'method' | 'type' | 'flags'> = `${Kind}-${number}`;

/** What names a virtual service: address, protocol and port, or a firewall mark of one family. */
export type ServiceId =
  | {
      readonly kind: 'address';
      readonly protocol: Protocol | Numbered<'protocol'>;
      readonly address: Ip;
      readonly port: number;
    }
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

/** How an ipip server is reached where it is not plain IP in IP (Linux 5.3 and later). */
export type Tunnel = {
  readonly type: TunnelType | Numbered<'type'>;
  /** The UDP port of gue; 0 for gre, which has none. */
  readonly port: number;
  readonly checksum: TunnelChecksum | Numbered<'flags'>;
};

export type Destination = {
  /** Of another family than the service's only with ipip: the outer packet's. */
  readonly address: Ip;
  readonly port: number;
  readonly forward: Forward | Numbered<'method'>;
  /** Of ipip only; absent: IP in IP. */
  readonly tunnel?: Tunnel;
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

declare const called: unique symbol;
type Name<Of extends 'service' | 'real' | 'destination'> = string & { readonly [called]: Of };

/** A service: "tcp 192.168.6.240:80", "fwmark 1", "fwmark6 1". Made by {@link formatServiceId}. */
export type ServiceName = Name<'service'>;
/** A server as it is configured, and checked: "192.168.6.2:8080". Made by {@link realName}. */
export type RealName = Name<'real'>;
/** A server as the table has it, which may be at another port: "192.168.6.2:80". Made by {@link destinationName}. */
export type DestinationName = Name<'destination'>;

/** Names that were made, by the identity: a pass over a thousand services asks for each a dozen times. */
const names = new WeakMap<ServiceId, ServiceName>();

/** Unique, readable, the name of a service everywhere. */
export function formatServiceId(id: ServiceId): ServiceName {
  const known = names.get(id);
  if (known !== undefined) return known;
  const name = (
    id.kind === 'fwmark'
      ? `${id.family === 'inet6' ? 'fwmark6' : 'fwmark'} ${id.fwmark}`
      : `${id.protocol} ${formatEndpoint(id)}`
  ) as ServiceName;
  names.set(id, name);
  return name;
}

/** The family a service lives in: that of its address, or the one its firewall mark was given. */
export const serviceFamily = (id: ServiceId): Family =>
  id.kind === 'fwmark' ? id.family : familyOf(id.address);

/** What a real server is called everywhere: by its configured port, the service's own where that is 0. */
export const realName = (id: ServiceId, { address, port }: Endpoint): RealName =>
  formatEndpoint({ address, port: port === 0 && id.kind === 'address' ? id.port : port }) as RealName;

/** What a server of a table is called. One that is configured has no place there but by {@link tablePort}. */
export const destinationName = (destination: Endpoint & { readonly at?: never }): DestinationName =>
  formatEndpoint(destination) as DestinationName;

/** What the table calls a server that is configured so. */
export const nameInTable = (id: ServiceId, server: Configured): DestinationName =>
  destinationName({ address: server.address, port: tablePort(id, server) });

type Configured = Pick<Destination, 'address' | 'port' | 'forward'>;

/**
 * The port that a configured server really has in the kernel. A gate or ipip server receives the packet as it is, so
 * its port is the service's whatever was configured (ipvsadm forces it on -a and -e). Port 0 of a masq server is the
 * service's too. A firewall mark has no port: the given one stays.
 */
export function tablePort(id: ServiceId, { port, forward }: Pick<Configured, 'port' | 'forward'>): number {
  const isOwn = forward === 'masq' && port !== 0;
  return id.kind === 'fwmark' || isOwn ? port : id.port;
}
