// One interface and its VRRP socket, shared by every instance on it (of one family) and told apart by VRID. Opens the
// sockets when the interface appears, closes them when it goes, and says what is wrong with it meanwhile. It decodes
// packets and hands them on; which come in at all is admission.ts's; whether an advert counts is the instance's
// decision. docs/reference/sockets.md §1.

import type { Emit } from '../../../journal/event.ts';
import type { FullReason } from '../../../model/vrrp.ts';
import { compareIp, familyOf, type Ip, isMulticast } from '../../../net/ip.ts';
import type { Link } from '../../../net/link.ts';
import type { Mac } from '../../../net/mac.ts';
import type { AdvertPort, DatagramPort, FramePort, ReceivedDatagram } from '../../../ports/datagram.ts';
import type { AdvertFacts } from '../../../vrrp/validate.ts';
import { decodeArpReply } from '../../../wire/packet/arp.ts';
import { decodeIpv4 } from '../../../wire/packet/ipv4.ts';
import { decodeNeighbourAnswer } from '../../../wire/packet/ndp.ts';
import { decodeAdvert, VRRP_GROUP_INET6 } from '../../../wire/packet/vrrp.ts';
import type { RateLimit } from '../../pace/rate-limit.ts';
import { linkFaultOf } from '../link-fault.ts';
import type { NetworkView } from '../network-view.ts';
import type { AdvertChannel, Device, VrrpPorts } from '../vrrp-ports.ts';
import { createAdmission, type Expectation } from './admission.ts';

const reopenMs = 5000;

/** An instance as its interface sees it. */
export type Member = {
  readonly virtualRouterId: () => number;
  /** Empty: it speaks to the group. */
  readonly unicastPeers: () => readonly Ip[];
  /** @returns whether it was one of this router's. */
  readonly onAdvert: (facts: AdvertFacts) => boolean;
  /** Another host was asked for an address, and answered that it has it. */
  readonly onAnswer?: (answer: Answer) => void;
  /** Link, sockets or addresses may have changed. */
  readonly onChanged: () => void;
};

export type VrrpInterface = {
  readonly name: string;
  /** Why no advert can go over it, as one word or with the kernel's code; undefined: it is fit. */
  readonly fault: () => FullReason | undefined;
  readonly link: () => Link | undefined;
  readonly socket: () => DatagramPort | undefined;
  readonly frames: () => FramePort | undefined;
  /** Datagrams read so far: tells whether a poll phase has emptied the socket. */
  readonly received: () => number;
  readonly attach: (member: Member) => void;
  /** With the last one the sockets are closed. */
  readonly detach: (member: Member) => void;
  /** Looks at the network view again. */
  readonly refresh: () => void;
};

export type InterfacePorts = VrrpPorts & {
  readonly view: NetworkView;
  readonly emit: Emit;
  readonly limit: RateLimit;
};

type Sockets = {
  readonly index: number;
  readonly adverts: AdvertPort;
  readonly frames: FramePort;
  /** Absent where the kernel refuses one: nothing hangs on it. */
  readonly answers?: DatagramPort;
};

/** @param onClosed the last member has left. */
export function openVrrpInterface(
  { name, channel }: { readonly name: string; readonly channel: AdvertChannel },
  ports: InterfacePorts,
  onClosed: () => void,
): VrrpInterface {
  const { view, clock } = ports;
  const members = new Set<Member>();
  let sockets: Sockets | undefined;
  let refusal: FullReason | undefined;
  let ownAddresses: readonly Ip[] = [];
  let received = 0;
  let cancelReopen = () => {};

  const admission = createAdmission(clock, (admitted) => sockets?.adverts.admit(admitted));

  const receive = (datagram: ReceivedDatagram) => {
    received += 1;
    const { virtualRouterId, facts } = readPacket(datagram, channel, ownAddresses);
    const { source, destination, ttl } = facts;
    const judged = admission.judge({ source, destination, ...vridAndTtl(virtualRouterId, ttl) });
    const { standsFor } = judged;
    const weighed = standsFor === 1 ? facts : { ...facts, standsFor };
    let isKnown = false;
    let isAccepted = false;
    for (const member of members) {
      if (member.virtualRouterId() !== virtualRouterId) continue;
      isKnown = true;
      if (member.onAdvert(weighed)) isAccepted = true;
    }
    if (!isKnown) rejectStray(name, { ...vridAndTtl(virtualRouterId), facts: weighed }, ports);
    admission.note(judged.class, source, isAccepted);
  };

  const hearAnswer = ({ bytes }: ReceivedDatagram) => {
    const answer = channel.family === 'inet' ? decodeArpReply(bytes) : decodeNeighbourAnswer(bytes);
    if (answer === undefined) return;
    for (const member of members) member.onAnswer?.(answer);
  };

  function close(): void {
    cancelReopen();
    admission.close();
    sockets?.adverts.close();
    sockets?.frames.close();
    sockets?.answers?.close();
    sockets = undefined;
  }

  function open(link: Link): void {
    const opened = openSockets({ name, index: link.index }, channel, ports);
    refusal = typeof opened === 'string' ? opened : undefined;
    if (typeof opened === 'string') {
      cancelReopen = clock.after(reopenMs, refresh);
      return;
    }
    sockets = opened;
    admission.expect(expectationOf([...members]));
    opened.adverts.onReceived(receive);
    // Errors of single sends come with the send; others (a peer's ICMP) say nothing that adverts do not.
    opened.adverts.onError(() => {});
    opened.answers?.onReceived(hearAnswer);
    opened.answers?.onError(() => {});
  }

  function refresh(): void {
    const link = view.linkNamed(name);
    if (link?.index !== sockets?.index) close();
    if (link !== undefined && sockets === undefined) {
      cancelReopen();
      open(link);
    }
    ownAddresses = link === undefined ? [] : view.addressesOn(link.index).map((entry) => entry.address);
    admission.expect(expectationOf([...members]));
    for (const member of members) member.onChanged();
  }

  const self: VrrpInterface = {
    name,
    fault: () => {
      const link = view.linkNamed(name);
      return (link === undefined ? undefined : refusal) ?? linkFaultOf(link);
    },
    link: () => view.linkNamed(name),
    socket: () => sockets?.adverts,
    frames: () => sockets?.frames,
    received: () => received,
    attach: (member) => {
      members.add(member);
      admission.expect(expectationOf([...members]));
    },
    detach: (member) => {
      members.delete(member);
      admission.expect(expectationOf([...members]));
      if (members.size > 0) return;
      close();
      onClosed();
    },
    refresh,
  };
  refresh();
  return self;
}

function expectationOf(members: readonly Member[]): Expectation {
  const vridsOf = (some: readonly Member[]) =>
    [...new Set(some.map((member) => member.virtualRouterId()))].sort((a, b) => a - b);
  return {
    group: vridsOf(members.filter((member) => member.unicastPeers().length === 0)),
    unicast: vridsOf(members.filter((member) => member.unicastPeers().length > 0)),
    peers: [...new Set(members.flatMap((member) => member.unicastPeers()))].sort(compareIp),
  };
}

const vridAndTtl = (virtualRouterId?: number, ttl?: number) => ({
  ...(virtualRouterId !== undefined && { virtualRouterId }),
  ...(ttl !== undefined && { ttl }),
});

/** @returns the sockets, or what the kernel refused. */
function openSockets(device: Device, channel: AdvertChannel, ports: VrrpPorts): Sockets | FullReason {
  const adverts = ports.openVrrpSocket(device, channel);
  if (!adverts.ok) return `socket_refused: ${adverts.error.step}: ${adverts.error.code}`;
  const frames = ports.openFrameSocket(device.index);
  if (frames.ok) {
    const answers = ports.openAnswerSocket(device, channel.family);
    return {
      ...{ index: device.index, adverts: adverts.value, frames: frames.value },
      ...(answers.ok && { answers: answers.value }),
    };
  }
  adverts.value.close();
  return `socket_refused: packet socket: ${frames.error}`;
}

type Packet = { readonly virtualRouterId?: number; readonly facts: AdvertFacts };

function readPacket(datagram: ReceivedDatagram, channel: AdvertChannel, ownAddresses: readonly Ip[]): Packet {
  if (channel.family === 'inet') return readIpv4(datagram, ownAddresses);
  const isUnicast = channel.unicast !== undefined;
  return readIpv6(datagram, isUnicast ? 'unicast' : 'multicast', ownAddresses);
}

function readIpv4({ bytes, source }: ReceivedDatagram, ownAddresses: readonly Ip[]): Packet {
  const packet = decodeIpv4(bytes);
  if (!packet.ok) {
    const decoded = { ok: false, error: { reason: 'short', detail: packet.error } } as const;
    return { facts: { ttl: 0, source, destination: 'multicast', ownAddresses, decoded } };
  }
  const { ttl, destination, payload } = packet.value;
  const decoded = decodeAdvert(payload, { source: packet.value.source, destination });
  const virtualRouterId = decoded.ok ? decoded.value.advert.virtualRouterId : decoded.error.virtualRouterId;
  return {
    ...(virtualRouterId !== undefined && { virtualRouterId }),
    facts: {
      ttl,
      source: packet.value.source,
      destination: isMulticast(destination) ? 'multicast' : 'unicast',
      ownAddresses,
      decoded,
    },
  };
}

/**
 * A message without its header: the socket vouches for the hop limit, and of this host's addresses the one that
 * the checksum fits was the destination.
 */
function readIpv6(
  { bytes, source }: ReceivedDatagram,
  destination: 'unicast' | 'multicast',
  ownAddresses: readonly Ip[],
): Packet {
  const ours = ownAddresses.filter((address) => familyOf(address) === 'inet6');
  const candidates = destination === 'multicast' ? [] : ours;
  const readings = candidates.map((address) => decodeAdvert(bytes, { source, destination: address }));
  const decoded =
    readings.find(({ ok }) => ok) ?? decodeAdvert(bytes, { source, destination: VRRP_GROUP_INET6 });
  const virtualRouterId = decoded.ok ? decoded.value.advert.virtualRouterId : decoded.error.virtualRouterId;
  return {
    ...(virtualRouterId !== undefined && { virtualRouterId }),
    facts: { source, destination, ownAddresses, decoded },
  };
}

/** For nobody here: an unknown VRID, or too short to have one. */
function rejectStray(
  name: string,
  { virtualRouterId, facts }: Packet,
  { limit, emit }: InterfacePorts,
): void {
  const reason = facts.decoded.ok ? 'unknown_vrid' : facts.decoded.error.reason;
  const { source, standsFor = 1 } = facts;
  const say = (count: number) =>
    emit({
      event: 'vrrp.advert_rejected',
      interface: name,
      source,
      reason,
      count,
      ...(virtualRouterId !== undefined && { vrid: virtualRouterId }),
    });
  limit.note(`${name} ${source} ${reason}`, say, standsFor);
}

/** Who has answered; `mac` where it said so. */
export type Answer = { readonly address: Ip; readonly mac?: Mac };
