// Errors of ICMP and ICMPv6 about a packet that was sent: which one (by the number that encodeIpPacket gave it), what
// became of it, and the largest size that the next network takes. RFC 792, RFC 1191 §4, RFC 4443 §3.
import { type Family, type Ip, ipFromBytes } from '../../net/ip.ts';

export type IcmpError = {
  readonly number: number;
  /** Whom the packet was for. */
  readonly destination: Ip;
  readonly is: 'unreachable' | 'too big' | 'expired';
  readonly code: number;
  /** Of "too big" alone; 0: the router does not say. */
  readonly mtu?: number;
};

const kinds: Readonly<Record<Family, Readonly<Record<number, IcmpError['is']>>>> = {
  inet: { 3: 'unreachable', 11: 'expired' },
  inet6: { 1: 'unreachable', 2: 'too big', 3: 'expired' },
};
const FRAGMENTATION_NEEDED = 4;

/** @param message without its IP header */
export function decodeIcmpError(family: Family, message: Uint8Array): IcmpError | undefined {
  const quotedLength = family === 'inet' ? 20 : 40;
  const [type = -1, code = 0] = message;
  const kind = kinds[family][type];
  if (kind === undefined || message.length < 8 + quotedLength) return undefined;
  const view = new DataView(message.buffer, message.byteOffset, message.byteLength);
  const quoted = message.subarray(8);
  if ((quoted[0] ?? 0) >> 4 !== (family === 'inet' ? 4 : 6)) return undefined;
  const isTooBig = kind === 'too big' || (family === 'inet' && type === 3 && code === FRAGMENTATION_NEEDED);
  return {
    number: view.getUint16(8 + (family === 'inet' ? 4 : 2)),
    destination: ipFromBytes(family === 'inet' ? quoted.slice(16, 20) : quoted.slice(24, 40)),
    is: isTooBig ? 'too big' : kind,
    code,
    ...(isTooBig && { mtu: family === 'inet' ? view.getUint16(6) : view.getUint32(4) }),
  };
}
