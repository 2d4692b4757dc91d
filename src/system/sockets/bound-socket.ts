// Sockets that leave this host by one interface or always from the same port, or whose packets carry a firewall mark: Node has no
// word for what they need, so the socket is made and set up here and handed to Node as a descriptor, which it takes for one of its own. Documented Node API
// only. Source: socket(7), SO_BINDTODEVICE and SO_MARK, which want CAP_NET_RAW and CAP_NET_ADMIN.
import { createSocket, type Socket as DatagramSocket } from 'node:dgram';
import { Socket } from 'node:net';
import type { CheckBinding } from '../../model/config/check.ts';
import { type Family, type Ip, ipFromBytes } from '../../net/ip.ts';
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

const SO_REUSEADDR = 2;
const SO_LINGER = 13;

/**
 * So that the next one may have the same port: at its end a connection is reset, as it would be in TIME-WAIT for a minute
 * (RFC 9293 §3.6.1) and its port with it; and datagrams go to several servers from one port.
 */
const portOptions = (type: number, port: number | undefined): readonly SocketOption[] => {
  if (port === undefined) return [];
  if (type === SOCK_DGRAM) return [{ level: SOL_SOCKET, name: SO_REUSEADDR, value: intBytes(1) }];
  return [{ level: SOL_SOCKET, name: SO_LINGER, value: Uint8Array.of(...intBytes(1), ...intBytes(0)) }];
};

const anyAddress: Readonly<Record<Family, Ip>> = {
  inet: ipFromBytes(new Uint8Array(4)),
  inet6: ipFromBytes(new Uint8Array(16)),
};

/** ip(7), ipv6(7). */
const hopLimits = { inet: { level: 0, name: 2 }, inet6: { level: 41, name: 16 } } as const;

export const bindingOptions = ({ interface: device, mark }: CheckBinding): readonly SocketOption[] => [
  ...(device === undefined
    ? []
    : [{ level: SOL_SOCKET, name: SO_BINDTODEVICE, value: new TextEncoder().encode(`${device}\0`) }]),
  ...(mark === undefined ? [] : [{ level: SOL_SOCKET, name: SO_MARK, value: intBytes(mark | 0) }]),
];

/** To be connected, with its source as `localAddress` and `localPort`. Throws with the code of the kernel. */
export const openBoundStream = (family: Family, bind: CheckBinding): Socket =>
  new Socket({ fd: openBound(family, SOCK_STREAM, bind), readable: true, writable: true });

/** To be connected. Throws with the code of the kernel. */
export function openBoundDatagram(family: Family, bind: CheckBinding): DatagramSocket {
  const fd = openBound(family, SOCK_DGRAM, bind);
  const { address = anyAddress[family], port = 0 } = bind;
  if (bind.address !== undefined || port !== 0) {
    const bound = bindDescriptor(fd, socketAddress(address, port));
    if (!bound.ok) refuse(fd, `bind to ${address}${port === 0 ? '' : ` port ${port}`}`, bound.error);
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
  for (const option of [...bindingOptions(bind), ...portOptions(type, bind.port), ...far]) {
    const set = setSocketOption(opened.value, option.level, option.name, option.value);
    const what =
      option.level !== SOL_SOCKET
        ? `send ${hops} hops far`
        : option.name === SO_MARK
          ? `set mark ${bind.mark}`
          : option.name === SO_BINDTODEVICE
            ? `bind to interface ${bind.interface}`
            : `keep port ${bind.port}`;
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
