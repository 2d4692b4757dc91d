// Sockets that leave this host by one interface, or whose packets carry a firewall mark: Node has no word for either, so the
// socket is made and set up here and handed to Node as a descriptor, which it takes for one of its own. Documented Node API
// only. Source: socket(7), SO_BINDTODEVICE and SO_MARK, which want CAP_NET_RAW and CAP_NET_ADMIN.
import { createSocket, type Socket as DatagramSocket } from 'node:dgram';
import { Socket } from 'node:net';
import type { CheckBinding } from '../../model/config/check.ts';
import type { Family } from '../../net/ip.ts';
import {
  AF_INET,
  AF_INET6,
  bindDescriptor,
  closeDescriptor,
  type ErrnoCode,
  intBytes,
  openSocket,
  SOCK_DGRAM,
  SOCK_STREAM,
  setSocketOption,
} from '../libc.ts';
import type { SocketOption } from './datagram-socket.ts';
import { socketAddress } from './socket-address.ts';

const SOL_SOCKET = 1;
const SO_BINDTODEVICE = 25;
const SO_MARK = 36;

/** ip(7), ipv6(7). */
const hopLimits = { inet: { level: 0, name: 2 }, inet6: { level: 41, name: 16 } } as const;

export const bindingOptions = ({ interface: device, mark }: CheckBinding): readonly SocketOption[] => [
  ...(device === undefined
    ? []
    : [{ level: SOL_SOCKET, name: SO_BINDTODEVICE, value: new TextEncoder().encode(`${device}\0`) }]),
  ...(mark === undefined ? [] : [{ level: SOL_SOCKET, name: SO_MARK, value: intBytes(mark | 0) }]),
];

/** To be connected, with its source address as `localAddress`. Throws with the code of the kernel. */
export const openBoundStream = (family: Family, bind: CheckBinding): Socket =>
  new Socket({ fd: openBound(family, SOCK_STREAM, bind), readable: true, writable: true });

/** To be connected. Throws with the code of the kernel. */
export function openBoundDatagram(family: Family, bind: CheckBinding): DatagramSocket {
  const fd = openBound(family, SOCK_DGRAM, bind);
  if (bind.address !== undefined) {
    const bound = bindDescriptor(fd, socketAddress(bind.address, 0));
    if (!bound.ok) refuse(fd, `bind to ${bind.address}`, bound.error);
  }
  const socket = createSocket(family === 'inet6' ? 'udp6' : 'udp4');
  socket.bind({ fd, exclusive: true });
  return socket;
}

function openBound(family: Family, type: number, bind: CheckBinding): number {
  const opened = openSocket(family === 'inet6' ? AF_INET6 : AF_INET, type, 0);
  if (!opened.ok) throw errorOf('open a socket', opened.error);
  const { hops } = bind;
  const far = hops === undefined ? [] : [{ ...hopLimits[family], value: intBytes(hops) }];
  for (const option of [...bindingOptions(bind), ...far]) {
    const set = setSocketOption(opened.value, option.level, option.name, option.value);
    const what =
      option.level !== SOL_SOCKET
        ? `send ${hops} hops far`
        : option.name === SO_MARK
          ? `set mark ${bind.mark}`
          : `bind to interface ${bind.interface}`;
    if (!set.ok) refuse(opened.value, what, set.error);
  }
  return opened.value;
}

function refuse(fd: number, act: string, code: ErrnoCode): never {
  closeDescriptor(fd);
  throw errorOf(act, code);
}

const errorOf = (act: string, code: ErrnoCode): Error =>
  Object.assign(new Error(`${act}: ${code}`), { code });
