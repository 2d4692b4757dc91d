// ICMP echo for one address family: a ping socket where net.ipv4.ping_group_range allows it to the user, else
// a raw one. Both deliver the same: whole ICMP messages, echo replies only, without the IP header.
// The kernel gives a ping socket an identifier of its own and writes it into every request, so replies must be
// told apart by sequence number and payload, never by identifier; it computes the checksum there, and for
// ICMPv6 always. Source: icmp(7), raw(7), ping(8) of the kernel.
import type { CheckBinding } from '../../model/config/check.ts';
import type { Family } from '../../net/ip.ts';
import type { Result } from '../../net/result.ts';
import type { Clock } from '../../ports/clock.ts';
import type { DatagramPort } from '../../ports/datagram.ts';
import { AF_INET, AF_INET6, intBytes, SOCK_DGRAM, SOCK_RAW } from '../libc.ts';
import { bindingOptions } from './bound-socket.ts';
import { openDatagramSocket, type SocketFailure, type SocketOption } from './datagram-socket.ts';

const IPPROTO_ICMP = 1;
const IPPROTO_ICMPV6 = 58;
const SOL_RAW = 255;
const ICMP_FILTER = 1;
const SOL_ICMPV6 = 58;
const ICMPV6_FILTER = 1;
const echoReply = 0;
const echoReplyV6 = 129;

/**
 * `send` takes a whole ICMP echo request with a valid checksum (a raw IPv4 socket sends it as it is).
 * Needs a group within ping_group_range, or CAP_NET_RAW.
 */
export function openIcmpSocket(
  family: Family,
  clock: Clock,
  bind: CheckBinding = {},
): Result<DatagramPort, SocketFailure> {
  const domain = family === 'inet' ? AF_INET : AF_INET6;
  const protocol = family === 'inet' ? IPPROTO_ICMP : IPPROTO_ICMPV6;
  const bound = {
    options: bindingOptions(bind),
    ...(bind.address !== undefined && { source: bind.address }),
  };
  const ping = openDatagramSocket({ domain, type: SOCK_DGRAM, protocol, ...bound }, clock);
  if (ping.ok) return ping;
  const options = [...bound.options, repliesOnly(family)];
  const raw = openDatagramSocket({ domain, type: SOCK_RAW, protocol, ...bound, options }, clock);
  return raw.ok && family === 'inet' ? { ok: true, value: withoutHeader(raw.value) } : raw;
}

/** A set bit keeps that type out (struct icmp_filter, struct icmp6_filter). */
function repliesOnly(family: Family): SocketOption {
  if (family === 'inet') return { level: SOL_RAW, name: ICMP_FILTER, value: intBytes(~(1 << echoReply)) };
  const words = new Array<number>(8).fill(-1);
  words[echoReplyV6 >> 5] = ~(1 << (echoReplyV6 & 31));
  return { level: SOL_ICMPV6, name: ICMPV6_FILTER, value: intBytes(...words) };
}

const withoutHeader = (port: DatagramPort): DatagramPort => ({
  ...port,
  onReceived: (listener) =>
    port.onReceived((datagram) => {
      const headerLength = 4 * ((datagram.bytes[0] ?? 0) & 0x0f);
      listener({ ...datagram, bytes: datagram.bytes.subarray(headerLength) });
    }),
});
