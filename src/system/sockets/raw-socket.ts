// The VRRP socket of one interface: raw IPv4, protocol 112, bound to the device, member of a group there. Whole
// IPv4 packets go both ways (IP_HDRINCL): the sender chooses source, TTL and TOS of every advert, so that a checksum
// over the source and the source itself cannot part, and a virtual address is never picked by the kernel as our own.
// One socket serves every instance of its interface (IP_MAX_MEMBERSHIPS is 20 a socket). What comes in is the filter's
// decision (advert-filter.ts). Source: raw(7), ip(7), socket(7); docs/reference/sockets.md §1.
import { type Ip, ip, ipBytes } from '../../net/ip.ts';
import { ok, type Result } from '../../net/result.ts';
import type { Clock } from '../../ports/clock.ts';
import type { AdvertPort } from '../../ports/datagram.ts';
import { AF_INET, intBytes, SOCK_RAW } from '../libc.ts';
import { advertFilterInet } from './advert-filter.ts';
import { openDatagramSocket, type SocketFailure, type SocketOption } from './datagram-socket.ts';
import { attaching, detaching } from './socket-filter-option.ts';

/** RFC 9568 §5.1.1.4. */
const protocolVrrp = 112;
/** RFC 9568 §5.1.1.2: 224.0.0.18. */
const groupVrrp = ip('224.0.0.18');

const SOL_SOCKET = 1;
const SO_RCVBUF = 8;
const SO_PRIORITY = 12;
const SO_BINDTODEVICE = 25;
const SO_RCVBUFFORCE = 33;
const SOL_IP = 0;
const IP_TOS = 1;
const IP_TTL = 2;
const IP_HDRINCL = 3;
const IP_MULTICAST_IF = 32;
const IP_MULTICAST_TTL = 33;
const IP_MULTICAST_LOOP = 34;
const IP_ADD_MEMBERSHIP = 35;
const IP_MULTICAST_ALL = 49;

/** Room for a storm of about a thousand adverts while the process is held up. */
const receiveBufferBytes = 1 << 20;
/** Internetwork control: what routing daemons mark their packets with (RFC 4594 §3.1). */
const tosInternetworkControl = 0xc0;
const priorityInternetworkControl = 6;

/**
 * @param device the interface; it must exist, and may be down or without an address.
 * @param options sendOnly: joins no group. group: that one, and hears nothing else.
 */
export function openVrrpSocket(
  device: { readonly name: string; readonly index: number },
  clock: Clock,
  { sendOnly = false, group }: { readonly sendOnly?: boolean; readonly group?: Ip } = {},
): Result<AdvertPort, SocketFailure> {
  const options = [
    ...binding(device),
    ...(sendOnly ? [] : joining(device, group ?? groupVrrp)),
    ...sending(device),
  ];
  const request = { domain: AF_INET, type: SOCK_RAW, protocol: protocolVrrp, options };
  const opened = openDatagramSocket(request, clock);
  if (!opened.ok) return opened;
  const { setOption, ...port } = opened.value;
  return ok({
    ...port,
    // Rather every packet than those of an earlier configuration.
    admit: (admission) => {
      if (setOption(attaching(advertFilterInet(admission, group))) !== undefined) setOption(detaching);
    },
  });
}

const binding = (device: { readonly name: string; readonly index: number }): SocketOption[] => [
  { level: SOL_SOCKET, name: SO_BINDTODEVICE, value: Buffer.from(`${device.name}\0`) },
  { level: SOL_SOCKET, name: SO_RCVBUF, value: intBytes(receiveBufferBytes) },
  { level: SOL_SOCKET, name: SO_RCVBUFFORCE, value: intBytes(receiveBufferBytes), optional: true },
  // Only what this socket joined, not what any socket of the host did.
  { level: SOL_IP, name: IP_MULTICAST_ALL, value: intBytes(0) },
];

const joining = (device: { readonly index: number }, group: Ip): SocketOption[] => [
  { level: SOL_IP, name: IP_ADD_MEMBERSHIP, value: groupOn(device.index, group) },
];

const sending = (device: { readonly name: string; readonly index: number }): SocketOption[] => [
  { level: SOL_IP, name: IP_HDRINCL, value: intBytes(1) },
  { level: SOL_IP, name: IP_MULTICAST_IF, value: groupOn(device.index) },
  // An advert of our own must not come back as another router's.
  { level: SOL_IP, name: IP_MULTICAST_LOOP, value: intBytes(0) },
  { level: SOL_IP, name: IP_TTL, value: intBytes(255) },
  { level: SOL_IP, name: IP_MULTICAST_TTL, value: intBytes(255) },
  { level: SOL_IP, name: IP_TOS, value: intBytes(tosInternetworkControl) },
  // After IP_TOS, which sets a priority of its own (ip(7)).
  { level: SOL_SOCKET, name: SO_PRIORITY, value: intBytes(priorityInternetworkControl) },
];

/** struct ip_mreqn: group, local address (left to the index), interface index. */
const groupOn = (index: number, group = groupVrrp): Uint8Array =>
  Buffer.concat([ipBytes(group), new Uint8Array(4), intBytes(index)]);
