// What other hosts answer when they are asked for a virtual address on one interface: ARP replies to probes, through
// AF_PACKET, and solicited neighbour advertisements, through a raw ICMPv6 socket. The kernel passes nothing else up.
// Never sends (packet-socket.ts does). Source: packet(7), icmpv6 of RFC 3542 §3.2, RFC 5227 §2.1.1, RFC 4861 §4.4.
import type { Family } from '../../net/ip.ts';
import type { Result } from '../../net/result.ts';
import type { Clock } from '../../ports/clock.ts';
import type { DatagramPort } from '../../ports/datagram.ts';
import { AF_INET6, AF_PACKET, intBytes, SOCK_DGRAM, SOCK_RAW } from '../libc.ts';
import { openDatagramSocket, type SocketFailure, type SocketOption } from './datagram-socket.ts';
import {
  accept,
  assemble,
  at,
  type FilterStep,
  INTERFACE_INDEX,
  LOAD_BYTE,
  LOAD_HALF,
  LOAD_WORD,
  load,
  NETWORK,
  reject,
  unlessAnyBit,
  unlessEqual,
} from './socket-filter.ts';
import { attaching } from './socket-filter-option.ts';

/** In the network's order, as socket(2) wants it of a packet socket. */
const ETH_P_ARP = 0x0608;
const IPPROTO_ICMPV6 = 58;
const SOL_SOCKET = 1;
const SO_RCVBUF = 8;
const SO_BINDTODEVICE = 25;
const SOL_ICMPV6 = 58;
const ICMPV6_FILTER = 1;
const neighbourAdvertisement = 136;
/** A few dozen: whoever answers more often says nothing new. */
const receiveBufferBytes = 16_384;

type Device = { readonly name: string; readonly index: number };

/** Delivers ARP packets without their link-layer header, or ICMPv6 messages. */
export function openAnswerSocket(
  device: Device,
  family: Family,
  clock: Clock,
): Result<DatagramPort, SocketFailure> {
  const filter = assemble(family === 'inet' ? arpReplies(device) : solicitedAdvertisements);
  const options: SocketOption[] = [
    attaching(filter),
    { level: SOL_SOCKET, name: SO_RCVBUF, value: intBytes(receiveBufferBytes) },
  ];
  if (family === 'inet') {
    const request = { domain: AF_PACKET, type: SOCK_DGRAM, protocol: ETH_P_ARP, options };
    return openDatagramSocket(request, clock);
  }
  options.push(
    { level: SOL_SOCKET, name: SO_BINDTODEVICE, value: Buffer.from(`${device.name}\0`) },
    { level: SOL_ICMPV6, name: ICMPV6_FILTER, value: only(neighbourAdvertisement) },
  );
  return openDatagramSocket({ domain: AF_INET6, type: SOCK_RAW, protocol: IPPROTO_ICMPV6, options }, clock);
}

/** On that interface, to nobody's address: the sender of a probe has none (RFC 5227 §1.1). */
const arpReplies = ({ index }: Device): readonly FilterStep[] => [
  load(LOAD_WORD, INTERFACE_INDEX),
  unlessEqual(index, 'reject'),
  load(LOAD_HALF, 6),
  unlessEqual(2, 'reject'),
  load(LOAD_WORD, 24),
  unlessEqual(0, 'reject'),
  accept,
  at('reject'),
  reject,
];

/** Not from beyond a router (RFC 4861 §7.1.2), and with the flag S. */
const solicitedAdvertisements: readonly FilterStep[] = [
  load(LOAD_BYTE, NETWORK + 7),
  unlessEqual(255, 'reject'),
  load(LOAD_BYTE, 4),
  unlessAnyBit(0x40, 'reject'),
  accept,
  at('reject'),
  reject,
];

/** A set bit keeps that type out (struct icmp6_filter). */
function only(type: number): Uint8Array {
  const words = new Array<number>(8).fill(-1);
  words[type >> 5] = ~(1 << (type & 31));
  return intBytes(...words);
}
