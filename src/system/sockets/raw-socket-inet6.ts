// The VRRP socket of one interface for IPv6: raw, protocol 112, bound to the device. Out go whole IPv6 packets
// (IPV6_HDRINCL), so that the sender chooses source and hop limit of every advert, and a virtual address is never
// picked by the kernel as our own. In comes the message alone: a raw IPv6 socket delivers no header. So hop limit
// and destination are checked in the kernel by a filter, and multicast and unicast have a socket each.
// Decides nothing about what it carries. Source: raw(7), ipv6(7), RFC 3542 §3; docs/reference/sockets.md §1.
import { type Ip, ip, ipBytes } from '../../net/ip.ts';
import { ok, type Result } from '../../net/result.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Admission, AdvertPort } from '../../ports/datagram.ts';
import { AF_INET6, intBytes, SOCK_RAW } from '../libc.ts';
import { type HopLimitBounds, multicastFilter, unicastFilter } from './advert-filter.ts';
import { openDatagramSocket, type SocketFailure, type SocketOption } from './datagram-socket.ts';
import { attaching } from './socket-filter-option.ts';

const protocolVrrp = 112;
/** RFC 9568 §5.1.2.2. */
const groupVrrp: Ip = ip('ff02::12');

const SOL_SOCKET = 1;
const SO_RCVBUF = 8;
const SO_PRIORITY = 12;
const SO_BINDTODEVICE = 25;
const SO_RCVBUFFORCE = 33;
const SOL_IPV6 = 41;
const IPV6_MULTICAST_IF = 17;
const IPV6_MULTICAST_LOOP = 19;
const IPV6_JOIN_GROUP = 20;
const IPV6_MULTICAST_ALL = 29;
const IPV6_HDRINCL = 36;

/** Room for a storm of about a thousand adverts while the process is held up. */
const receiveBufferBytes = 1 << 20;
const priorityInternetworkControl = 6;

type Device = { readonly name: string; readonly index: number };

/** @param channel unicast: the peers' bounds; absent: multicast. sendOnly: joins no group. */
export function openVrrpSocketInet6(
  device: Device,
  {
    unicast,
    group = groupVrrp,
    sendOnly = false,
  }: { readonly unicast?: readonly HopLimitBounds[]; readonly group?: Ip; readonly sendOnly?: boolean },
  clock: Clock,
): Result<AdvertPort, SocketFailure> {
  const filter = (admission?: Admission) =>
    attaching(unicast === undefined ? multicastFilter(admission) : unicastFilter(unicast, admission));
  const options: SocketOption[] = [
    { level: SOL_SOCKET, name: SO_BINDTODEVICE, value: Buffer.from(`${device.name}\0`) },
    filter(),
    { level: SOL_SOCKET, name: SO_RCVBUF, value: intBytes(receiveBufferBytes) },
    { level: SOL_SOCKET, name: SO_RCVBUFFORCE, value: intBytes(receiveBufferBytes), optional: true },
    { level: SOL_IPV6, name: IPV6_HDRINCL, value: intBytes(1) },
    { level: SOL_SOCKET, name: SO_PRIORITY, value: intBytes(priorityInternetworkControl) },
    ...(unicast === undefined ? multicast(device) : []),
    ...(unicast === undefined && !sendOnly ? joining(device, group) : []),
  ];
  const request = { domain: AF_INET6, type: SOCK_RAW, protocol: protocolVrrp, options };
  const opened = openDatagramSocket(request, clock);
  if (!opened.ok) return opened;
  const { setOption, ...port } = opened.value;
  return ok({
    ...port,
    // Rather every packet than those of an earlier configuration; but none that its hop limit forbids.
    admit: (admission) => {
      if (setOption(filter(admission)) !== undefined) setOption(filter());
    },
  });
}

const multicast = ({ index }: Device): readonly SocketOption[] => [
  // Only what this socket joined, not what any socket of the host did.
  { level: SOL_IPV6, name: IPV6_MULTICAST_ALL, value: intBytes(0), optional: true },
  { level: SOL_IPV6, name: IPV6_MULTICAST_IF, value: intBytes(index) },
  // An advert of our own must not come back as another router's.
  { level: SOL_IPV6, name: IPV6_MULTICAST_LOOP, value: intBytes(0) },
];

const joining = ({ index }: Device, group: Ip): readonly SocketOption[] => [
  { level: SOL_IPV6, name: IPV6_JOIN_GROUP, value: Buffer.concat([ipBytes(group), intBytes(index)]) },
];
