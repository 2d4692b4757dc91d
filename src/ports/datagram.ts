// A datagram of bytes: the one seam between VRRP, ARP, ICMP and the network; and the byte port of netlink.
import type { Ip } from '../net/ip.ts';
import type { Micros } from './clock.ts';

export type ReceivedDatagram = {
  /** IPv4 raw sockets deliver the IP header too. A view that is only valid during the callback. */
  readonly bytes: Uint8Array;
  readonly source: Ip;
  /** When it was read. */
  readonly at: Micros;
};

export type DatagramPort = {
  readonly send: (bytes: Uint8Array, destination: Ip, done: (error?: Error) => void) => void;
  readonly onReceived: (listener: (datagram: ReceivedDatagram) => void) => void;
  readonly onError: (listener: (error: Error) => void) => void;
  readonly close: () => void;
};

/**
 * Which adverts reach a socket of VRRP. `known` senders on our VRIDs come in whole. Of unknown ones on our VRIDs, and of
 * what is strange (another VRID, not from this network, no peer of ours), the kernel lets in one in 2^shift.
 */
export type Admission = {
  /** VRIDs of routers that speak to the group, and of those that have peers. */
  readonly group: readonly number[];
  readonly unicast: readonly number[];
  readonly peers: readonly Ip[];
  readonly known: readonly Ip[];
  readonly unknownShift: number;
  readonly strangeShift: number;
};

export type AdvertPort = DatagramPort & { readonly admit: (admission: Admission) => void };

/** A bound netlink socket. Messages in and out are whole netlink datagrams (one or more nlmsghdr each). */
export type NetlinkPort = {
  readonly portId: number;
  readonly send: (bytes: Uint8Array, done: (error?: Error) => void) => void;
  readonly onReceived: (listener: (bytes: Uint8Array) => void) => void;
  /**
   * Reads one datagram now, if one is there: the kernel answers most requests before their sending is over, and a
   * trip through the event loop costs more than such an answer. What is not read here comes by itself.
   * @returns whether there was one.
   */
  readonly hear: () => boolean;
  readonly onError: (listener: (error: NodeJS.ErrnoException) => void) => void;
  readonly joinGroup: (group: number) => void;
  readonly close: () => void;
};

/** Whole link-layer frames, sent only: gratuitous ARP. */
export type FramePort = {
  /** @returns the kernel's code ("ENETDOWN") where the frame could not be sent. */
  readonly send: (frame: Uint8Array) => string | undefined;
  readonly close: () => void;
};
