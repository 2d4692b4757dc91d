// What the VRRP process needs from the outside, all of it injected: time, the kernel's links and addresses,
// sockets, and the channel to the main process. Types only.
import type { TtlBounds } from '../../model/vrrp.ts';
import type { Family, Ip } from '../../net/ip.ts';
import type { Result } from '../../net/result.ts';
import type { ClaimMemory } from '../../ports/claim-memory.ts';
import type { Clock, EventLoop } from '../../ports/clock.ts';
import type { AdvertPort, DatagramPort, FramePort } from '../../ports/datagram.ts';
import type { FilterKernel, NetworkKernel } from '../../ports/kernel.ts';
import type { Sysctl } from '../../ports/sysctl.ts';
import type { FromVrrpProcess, ToVrrpProcess } from './messages.ts';

export type Device = { readonly name: string; readonly index: number };

/**
 * Which adverts a socket carries. IPv4: all. IPv6: those to the group (from hop limit 255), or with `unicast` those
 * to this host (within its sender's bounds), as the kernel checks both and tells neither.
 */
export type AdvertChannel = {
  /** No group is joined, and nothing comes in. */
  readonly sendOnly?: true;
  /** Another group than RFC 9568's is joined, and what does not go there is another socket's. */
  readonly group?: Ip;
} & ({ readonly family: 'inet' } | { readonly family: 'inet6'; readonly unicast?: readonly TtlBounds[] });

/**
 * Adverts of one interface: whole IP packets out; in, whole IPv4 packets, or IPv6's message alone. The error names
 * step and kernel code.
 */
export type OpenVrrpSocket = (
  device: Device,
  channel: AdvertChannel,
) => Result<AdvertPort, { readonly step: string; readonly code: string }>;

export type VrrpPorts = {
  readonly clock: Clock & EventLoop;
  readonly network: NetworkKernel;
  readonly openVrrpSocket: OpenVrrpSocket;
  readonly sysctl: Sysctl;
  /** What outlives this process of what it changes. */
  readonly memory: ClaimMemory;
  readonly filter: FilterKernel;
  /** The link-layer address of the next advert from there; undefined: none came in time. Absent: it cannot be told. */
  readonly findSenderMac?: (
    interfaceIndex: number,
    source: Ip,
    limitMs: number,
  ) => Promise<string | undefined>;
  /** The error is the kernel's code. */
  readonly openFrameSocket: (interfaceIndex: number) => Result<FramePort, string>;
  /** What others answer when they are asked for an address: ARP packets, or ICMPv6 messages. */
  readonly openAnswerSocket: (device: Device, family: Family) => Result<DatagramPort, unknown>;
};

/** The VRRP process's end of the channel. Sending on a closed one does nothing. */
export type VrrpChannel = {
  readonly send: (message: FromVrrpProcess) => void;
  readonly onMessage: (listener: (message: ToVrrpProcess) => void) => void;
  /** The main process is gone. Called once. */
  readonly onClosed: (listener: () => void) => void;
};
