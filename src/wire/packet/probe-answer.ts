// What a frame says to somebody who asks hosts by hand: who has an address (ARP, neighbour discovery), what became of a SYN
// or an echo request, an error about what was sent, an advert of VRRP. Which question it answers is the asker's to know.
import { familyOf, type Ip } from '../../net/ip.ts';
import type { Mac } from '../../net/mac.ts';
import { decodeArpReply, ETHERTYPE_ARP } from './arp.ts';
import { decodeEthernet, decodeIpPacket, type ReadIpPacket } from './ethernet.ts';
import { decodeEchoReply } from './icmp.ts';
import { decodeIcmpError, type IcmpError } from './icmp-error.ts';
import { decodeNeighbourAnswer } from './ndp.ts';
import { decodeSynAnswer, IPPROTO_TCP } from './tcp.ts';
import { VRRP_PROTOCOL } from './vrrp.ts';

const IPPROTO_ICMP = 1;
const IPPROTO_ICMPV6 = 58;

/** @property from as the frame has it. */
export type ProbeAnswer = { readonly from: Mac } & (
  | { readonly is: 'neighbour'; readonly address: Ip; readonly mac: Mac }
  | { readonly is: 'accepted' | 'reset'; readonly source: Ip; readonly sequence: number }
  | { readonly is: 'echo'; readonly source: Ip; readonly identifier: number; readonly sequence: number }
  | { readonly is: 'error'; readonly source: Ip; readonly error: IcmpError }
  | { readonly is: 'advert'; readonly packet: ReadIpPacket }
);

/** @returns undefined for what answers nobody. */
export function decodeProbeAnswer(bytes: Uint8Array): ProbeAnswer | undefined {
  const frame = decodeEthernet(bytes);
  if (frame === undefined) return undefined;
  const { from, type, payload } = frame;
  if (type === ETHERTYPE_ARP) {
    const reply = decodeArpReply(payload);
    return reply && { is: 'neighbour', from, ...reply };
  }
  const packet = decodeIpPacket(payload);
  return packet && readPacket(from, packet);
}

function readPacket(from: Mac, packet: ReadIpPacket): ProbeAnswer | undefined {
  const { source, protocol, payload } = packet;
  if (protocol === VRRP_PROTOCOL) return { is: 'advert', from, packet };
  if (protocol === IPPROTO_TCP) {
    const answer = decodeSynAnswer(payload);
    return answer && { ...answer, from, source };
  }
  if (protocol !== IPPROTO_ICMP && protocol !== IPPROTO_ICMPV6) return undefined;
  const family = familyOf(source);
  const echo = decodeEchoReply(family, payload);
  if (echo !== undefined)
    return { is: 'echo', from, source, identifier: echo.identifier, sequence: echo.sequence };
  const error = decodeIcmpError(family, payload);
  if (error !== undefined) return { is: 'error', from, source, error };
  const neighbour = family === 'inet6' ? decodeNeighbourAnswer(payload) : undefined;
  return neighbour && { is: 'neighbour', from, address: neighbour.address, mac: neighbour.mac ?? from };
}
