// From which address this host would speak to another: the kernel is asked by a datagram socket that is connected to it,
// which sends nothing. Source: connect(2), getsockname(2); ip-route(8), source address selection.
import { familyOf, type Ip, ipBytes, ipFromBytes, isUnspecified } from '../../net/ip.ts';
import {
  AF_INET,
  AF_INET6,
  closeDescriptor,
  connectDescriptor,
  openSocket,
  SOCK_DGRAM,
  socketName,
} from '../libc.ts';
import { socketAddress } from './socket-address.ts';

/** Of no consequence: nothing is sent. */
const anyPort = 9;

/** Its own address where it is one of this host; undefined where no route leads there. */
export function sourceTowards(address: Ip): Ip | undefined {
  const inet6 = familyOf(address) === 'inet6';
  const opened = openSocket(inet6 ? AF_INET6 : AF_INET, SOCK_DGRAM, 0);
  if (!opened.ok) return undefined;
  try {
    const to = socketAddress(address, anyPort);
    if (!connectDescriptor(opened.value, to).ok) return undefined;
    const name = new Uint8Array(to.byteLength);
    if (!socketName(opened.value, name).ok) return undefined;
    const at = inet6 ? 8 : 4;
    const source = ipFromBytes(name.slice(at, at + ipBytes(address).byteLength));
    return isUnspecified(source) ? undefined : source;
  } finally {
    closeDescriptor(opened.value);
  }
}
