// The header that a proxy puts before a connection to say for whom it speaks, here for a connection that is the
// proxy's own: a health check. Sending only. Source: HAProxy's proxy-protocol.txt, §2.1 (v1) and §2.2 (v2).
import type { ProxyProtocolVersion } from '../model/checks/place.ts';
import type { Endpoint } from '../net/endpoint.ts';
import { familyOf } from '../net/ip.ts';

/** §2.2: twelve bytes that no other protocol begins with. */
const signature = [0x0d, 0x0a, 0x0d, 0x0a, 0x00, 0x0d, 0x0a, 0x51, 0x55, 0x49, 0x54, 0x0a];
const version2Local = 0x20;
const unspecified = 0x00;

/** @param source this end of the very connection, `destination` its other end; v2 leaves both out. */
export function encodeProxyHeader(
  version: ProxyProtocolVersion,
  source: Endpoint,
  destination: Endpoint,
): Uint8Array {
  // §2.2: LOCAL is what a health check of the proxy is; a receiver then takes the connection for what it is.
  if (version === 'v2') return Uint8Array.from([...signature, version2Local, unspecified, 0, 0]);
  // §2.1 has nothing of the kind but UNKNOWN, which some servers refuse: the real ends say the same.
  const protocol = familyOf(source.address) === 'inet6' ? 'TCP6' : 'TCP4';
  const ends = [source.address, destination.address, source.port, destination.port].join(' ');
  return new TextEncoder().encode(`PROXY ${protocol} ${ends}\r\n`);
}
