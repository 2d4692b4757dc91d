// struct sockaddr_in and sockaddr_in6, as the C library wants them; without scope.
import { familyOf, type Ip, ipBytes } from '../../net/ip.ts';
import { AF_INET, AF_INET6 } from '../libc.ts';

export function socketAddress(ip: Ip, port: number): Uint8Array {
  const inet6 = familyOf(ip) === 'inet6';
  const address = new Uint8Array(inet6 ? 28 : 16);
  address.set(new Uint8Array(Uint16Array.of(inet6 ? AF_INET6 : AF_INET).buffer));
  address.set([port >> 8, port & 0xff], 2);
  address.set(ipBytes(ip), inet6 ? 8 : 4);
  return address;
}
