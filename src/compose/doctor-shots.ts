// The doctor's questions as frames, and answers to them told apart: each packet has a number, in its header and in what it
// asks, and what comes back names it.
import type { Outcome, Shot } from '../doctor/probes/answers.ts';
import { familyOf, type Ip } from '../net/ip.ts';
import type { Mac } from '../net/mac.ts';
import { checksumOf, onesComplementSum, pseudoHeaderSum } from '../wire/packet/checksum.ts';
import { encodeIpFrame, encodeIpPacket } from '../wire/packet/ethernet.ts';
import { encodeEchoRequest } from '../wire/packet/icmp.ts';
import type { ProbeAnswer } from '../wire/packet/probe-answer.ts';
import { encodeReset, encodeSyn } from '../wire/packet/tcp.ts';

/** @property base 16 bits, by chance: other doctors have others. @property port of TCP, ours in every SYN. */
export type Numbering = { readonly base: number; readonly port: number };

const IPPROTO = { icmp: 1, ipip: 4, tcp: 6, udp: 17, ipv6: 41, gre: 47, icmpv6: 58 } as const;
const smallEcho = 84;

const numberOf = (id: number, { base }: Numbering): number => (base + id) & 0xffff;
const sequenceOf = (id: number, { base }: Numbering): number => base * 0x10000 + id;

type Sending = { readonly id: number; readonly numbering: Numbering; readonly from: Mac };

export function frameOf(shot: Shot, { id, numbering, from }: Sending): Uint8Array {
  const { protocol, payload } = question(shot, id, numbering);
  return around(shot, { id, numbering, from }, protocol, payload);
}

/** Ends what an accepted SYN has begun; undefined: nothing has. */
export function resetOf(shot: Shot, { id, numbering, from }: Sending): Uint8Array | undefined {
  if (shot.ask.kind !== 'syn') return undefined;
  const segment = {
    ...shot,
    sourcePort: numbering.port,
    port: shot.ask.port,
    sequence: sequenceOf(id, numbering),
  };
  return around(shot, { id, numbering, from }, IPPROTO.tcp, encodeReset(segment));
}

function question(shot: Shot, id: number, numbering: Numbering): { protocol: number; payload: Uint8Array } {
  const { ask, source, destination } = shot;
  if (ask.kind === 'syn') {
    const segment = { source, destination, sourcePort: numbering.port, port: ask.port };
    return { protocol: IPPROTO.tcp, payload: encodeSyn({ ...segment, sequence: sequenceOf(id, numbering) }) };
  }
  const family = familyOf(destination);
  const headers = (family === 'inet' ? 20 : 40) + 8;
  const payload = new Uint8Array(Math.max(0, (ask.bytes ?? smallEcho) - headers));
  const message = encodeEchoRequest(family, { identifier: numbering.base, sequence: id, payload });
  if (family === 'inet') return { protocol: IPPROTO.icmp, payload: message };
  const pseudo = { source, destination, protocol: IPPROTO.icmpv6, length: message.length };
  const sum = checksumOf(onesComplementSum(message, pseudoHeaderSum(pseudo)));
  message.set([sum >> 8, sum & 0xff], 2);
  return { protocol: IPPROTO.icmpv6, payload: message };
}

function around(
  shot: Shot,
  { id, numbering, from }: Sending,
  protocol: number,
  payload: Uint8Array,
): Uint8Array {
  const number = numberOf(id, numbering);
  const { source, destination, ttl } = shot;
  const inner = encodeIpPacket({ source, destination, protocol, ttl, number }, payload);
  return encodeIpFrame(shot.mac, from, wrapped(shot, inner, number));
}

/** As IPVS does (ip_vs_tunnel_xmit in net/netfilter/ipvs/ip_vs_xmit.c), without checksums. */
function wrapped({ wrapping, destination }: Shot, inner: Uint8Array, number: number): Uint8Array {
  if (wrapping === undefined) return inner;
  const { type, port, from: source, to } = wrapping;
  const isInet = familyOf(destination) === 'inet';
  const carried = isInet ? IPPROTO.ipip : IPPROTO.ipv6;
  const outer = { source, destination: to, ttl: 64, number };
  if (type === 'ipip') return encodeIpPacket({ ...outer, protocol: carried }, inner);
  if (type === 'gre') {
    const header = Uint8Array.of(0, 0, ...(isInet ? [0x08, 0x00] : [0x86, 0xdd]));
    return encodeIpPacket({ ...outer, protocol: IPPROTO.gre }, Buffer.concat([header, inner]));
  }
  // UDP without a checksum, and the header of GUE: version 0, the protocol behind it.
  const length = 12 + inner.length;
  const header = Uint8Array.of(
    port >> 8,
    port & 0xff,
    port >> 8,
    port & 0xff,
    length >> 8,
    length & 0xff,
    0,
    0,
  );
  const gue = Uint8Array.of(0, carried, 0, 0);
  return encodeIpPacket({ ...outer, protocol: IPPROTO.udp }, Buffer.concat([header, gue, inner]));
}

export type Matched = { readonly id: number; readonly outcome: Omit<Outcome, 'shot'> };

/** @returns which shot it answers, and how; undefined: none of ours. */
export function matchAnswer(
  answer: ProbeAnswer,
  device: string,
  { shots, numbering }: { readonly shots: readonly Shot[]; readonly numbering: Numbering },
): Matched | undefined {
  const { from } = answer;
  const shotAt = (id: number, destination: Ip): boolean => {
    const shot = shots[id];
    return shot !== undefined && (shot.destination === destination || shot.wrapping?.to === destination);
  };
  switch (answer.is) {
    case 'accepted':
    case 'reset': {
      const id = answer.sequence - sequenceOf(0, numbering);
      if (!shotAt(id, answer.source)) return undefined;
      return { id, outcome: { fate: answer.is === 'reset' ? 'reset' : 'answered', from, device } };
    }
    case 'echo': {
      const { identifier, sequence: id, source } = answer;
      if (identifier !== numbering.base || !shotAt(id, source)) return undefined;
      return { id, outcome: { fate: 'answered', from, device } };
    }
    case 'error': {
      const { number, is, destination } = answer.error;
      const id = (number - numbering.base) & 0xffff;
      if (!shotAt(id, destination)) return undefined;
      return { id, outcome: { fate: is, from, device } };
    }
    default:
      return undefined;
  }
}
