// The DNS name under which an address is looked up: RFC 1035 §3.5 (in-addr.arpa), RFC 3596 §2.5 (ip6.arpa).
import { familyOf, type Ip, ipBytes } from './ip.ts';

export function reverseNameOf(address: Ip): string {
  const bytes = [...ipBytes(address)].reverse();
  if (familyOf(address) === 'inet') return `${bytes.join('.')}.in-addr.arpa`;
  const nibbles = bytes.flatMap((byte) => [byte & 0xf, byte >> 4]);
  return `${nibbles.map((nibble) => nibble.toString(16)).join('.')}.ip6.arpa`;
}
