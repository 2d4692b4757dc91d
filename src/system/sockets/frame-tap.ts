// Whole Ethernet frames out of one interface and into it, also such as the layers above would drop: for who asks hosts of
// the network by hand. A filter in the kernel keeps out everything else, so that a busy interface costs nothing; what
// was let in waits in the socket until it is looked at. Source: packet(7), bpf(4).
import { ok, type Result } from '../../net/result.ts';
import {
  AF_PACKET,
  bindDescriptor,
  closeDescriptor,
  type ErrnoCode,
  openSocket,
  receiveFrom,
  SOCK_RAW,
  sendTo,
  setSocketOption,
} from '../libc.ts';
import {
  accept,
  assemble,
  at,
  type FilterStep,
  ifEqual,
  LOAD_BYTE,
  LOAD_HALF,
  load,
  reject,
  unlessEqual,
} from './socket-filter.ts';
import { attaching } from './socket-filter-option.ts';

const ETH_P_ALL = 0x0003;
const PACKET_OUTGOING = 4;
/** struct sockaddr_ll. */
const addressLength = 20;
/** A packet may have 65535 bytes, and networks of large ones have frames of 9000: what is cut off would be no answer. */
const frameBytesMax = 65_536 + 64;

export type TappedFrame = { readonly bytes: Uint8Array; readonly isOutgoing: boolean };

export type FrameTap = {
  /** @returns the kernel's code where it could not be sent. */
  readonly send: (frame: Uint8Array) => ErrnoCode | undefined;
  /** All that have come since it was last asked. */
  readonly take: () => readonly TappedFrame[];
  readonly close: () => void;
};

/**
 * Lets in what answers a probe, and adverts: replies of ARP, ICMP and ICMPv6, TCP to one port, protocol 112.
 * @param port of TCP
 */
export function openFrameTap(interfaceIndex: number, port: number): Result<FrameTap, ErrnoCode> {
  // Protocol 0: nothing comes before the filter is there.
  const opened = openSocket(AF_PACKET, SOCK_RAW, 0);
  if (!opened.ok) return opened;
  const fd = opened.value;
  const { level, name, value } = attaching(filterFor(port));
  const filtered = setSocketOption(fd, level, name, value);
  const bound = filtered.ok ? bindDescriptor(fd, linkAddress(interfaceIndex, ETH_P_ALL)) : filtered;
  if (!bound.ok) {
    closeDescriptor(fd);
    return bound;
  }
  const into = new Uint8Array(frameBytesMax);
  return ok({
    send: (frame) => {
      const sent = sendTo(fd, frame, linkAddress(interfaceIndex, ((frame[12] ?? 0) << 8) | (frame[13] ?? 0)));
      return sent.ok ? undefined : sent.error;
    },
    take: () => {
      const frames: TappedFrame[] = [];
      for (let frame = receive(fd, into); frame !== undefined; frame = receive(fd, into)) frames.push(frame);
      return frames;
    },
    close: () => void closeDescriptor(fd),
  });
}

function receive(fd: number, into: Uint8Array): TappedFrame | undefined {
  const from = new Uint8Array(addressLength);
  const received = receiveFrom(fd, into, from);
  if (!received.ok) return undefined;
  return {
    bytes: into.slice(0, Math.min(received.value, frameBytesMax)),
    isOutgoing: from[10] === PACKET_OUTGOING,
  };
}

/** sll_family in the machine's order, sll_protocol in the network's, sll_ifindex. */
function linkAddress(interfaceIndex: number, protocol: number): Uint8Array {
  const address = new Uint8Array(addressLength);
  address.set(new Uint8Array(Uint16Array.of(AF_PACKET).buffer), 0);
  address.set([protocol >> 8, protocol & 0xff], 2);
  address.set(new Uint8Array(Int32Array.of(interfaceIndex).buffer), 4);
  address[11] = 6;
  return address;
}

/** Answers to a SYN have neither IP options nor extension headers. */
function filterFor(port: number): Uint8Array {
  const portIs = (offset: number): readonly FilterStep[] => [
    load(LOAD_HALF, offset),
    unlessEqual(port, 'other'),
    accept,
  ];
  return assemble([
    load(LOAD_HALF, 12),
    ifEqual(0x0806, 'arp'),
    ifEqual(0x0800, 'inet'),
    unlessEqual(0x86dd, 'other'),
    load(LOAD_BYTE, 20),
    ...[58, 112].map((protocol) => ifEqual(protocol, 'wanted')),
    unlessEqual(6, 'other'),
    ...portIs(56),
    at('inet'),
    load(LOAD_BYTE, 23),
    ...[1, 112].map((protocol) => ifEqual(protocol, 'wanted')),
    unlessEqual(6, 'other'),
    ...portIs(36),
    at('arp'),
    load(LOAD_HALF, 20),
    unlessEqual(2, 'other'),
    at('wanted'),
    accept,
    at('other'),
    reject,
  ]);
}
