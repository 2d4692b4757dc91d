// One interface and its VRRP socket, shared by every instance on it (of one family) and told apart by VRID. Opens the
// sockets when the interface appears, closes them when it goes, and says what is wrong with it meanwhile. It decodes
// packets and hands them on; which come in at all is admission.ts's; whether an advert counts is the instance's
// decision. docs/reference/sockets.md §1.

import type { Emit } from '../../../journal/event.ts';
import type { FullReason } from '../../../model/vrrp.ts';
import { compareIp, type Ip } from '../../../net/ip.ts';
import type { Link } from '../../../net/link.ts';
import type { Mac } from '../../../net/mac.ts';
import type { AdvertPort, DatagramPort, FramePort, ReceivedDatagram } from '../../../ports/datagram.ts';
import type { AdvertFacts } from '../../../vrrp/validate.ts';
import { decodeArpReply } from '../../../wire/packet/arp.ts';
import { decodeNeighbourAnswer } from '../../../wire/packet/ndp.ts';
import type { RateLimit } from '../../pace/rate-limit.ts';
import { linkFaultOf } from '../link-fault.ts';
import type { NetworkView } from '../network-view.ts';
import type { AdvertChannel, Device, VrrpPorts } from '../vrrp-ports.ts';
import { type AdmissionKeeper, createAdmission, type Expectation } from './admission.ts';
import { type AdvertPacket, readAdvertPacket } from './read-packet.ts';

const reopenMs = 5000;

/** An instance as its interface sees it. */
export type Member = {
  readonly virtualRouterId: () => number;
  /** Empty: it speaks to the group. */
  readonly unicastPeers: () => readonly Ip[];
  /** @returns whether it was one of this router's. */
  readonly onAdvert: (facts: AdvertFacts) => boolean;
  /** One of a VRID that no member has. @returns whether it named this router's addresses, and was told. */
  readonly onStray?: (facts: AdvertFacts) => boolean;
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

type OpenInterface = InterfacePorts & {
  readonly name: string;
  readonly channel: AdvertChannel;
  readonly members: Set<Member>;
  readonly admission: AdmissionKeeper;
  sockets?: Sockets | undefined;
  /** What the kernel refused. */
  refusal?: FullReason | undefined;
  ownAddresses: readonly Ip[];
  received: number;
  cancelReopen: () => void;
};

/** @param onClosed the last member has left. */
export function openVrrpInterface(
  { name, channel }: { readonly name: string; readonly channel: AdvertChannel },
  ports: InterfacePorts,
  onClosed: () => void,
): VrrpInterface {
  const device: OpenInterface = {
    ...{ ...ports, name, channel, members: new Set() },
    admission: createAdmission(ports.clock, (admitted) => device.sockets?.adverts.admit(admitted)),
    ...{ ownAddresses: [], received: 0, cancelReopen: () => {} },
  };
  const { members, admission } = device;
  const link = () => ports.view.linkNamed(name);
  refresh(device);
  return {
    name,
    fault: () => (link() === undefined ? undefined : device.refusal) ?? linkFaultOf(link()),
    link,
    socket: () => device.sockets?.adverts,
    frames: () => device.sockets?.frames,
    received: () => device.received,
    attach: (member) => {
      members.add(member);
      admission.expect(expectationOf([...members]));
    },
    detach: (member) => {
      members.delete(member);
      admission.expect(expectationOf([...members]));
      if (members.size > 0) return;
      close(device);
      onClosed();
    },
    refresh: () => refresh(device),
  };
}

function refresh(device: OpenInterface): void {
  const { name, view, admission, members } = device;
  const link = view.linkNamed(name);
  if (link?.index !== device.sockets?.index) close(device);
  if (link !== undefined && device.sockets === undefined) {
    device.cancelReopen();
    open(device, link);
  }
  device.ownAddresses = link === undefined ? [] : view.addressesOn(link.index).map((entry) => entry.address);
  admission.expect(expectationOf([...members]));
  for (const member of members) member.onChanged();
}

function open(device: OpenInterface, { index }: Link): void {
  const { name, channel, clock, admission, members } = device;
  const opened = openSockets({ name, index }, channel, device);
  device.refusal = typeof opened === 'string' ? opened : undefined;
  if (typeof opened === 'string') {
    device.cancelReopen = clock.after(reopenMs, () => refresh(device));
    return;
  }
  device.sockets = opened;
  admission.expect(expectationOf([...members]));
  opened.adverts.onReceived((datagram) => receive(device, datagram));
  // Errors of single sends come with the send; others (a peer's ICMP) say nothing that adverts do not.
  opened.adverts.onError(() => {});
  opened.answers?.onReceived((datagram) => hearAnswer(device, datagram));
  opened.answers?.onError(() => {});
}

function close(device: OpenInterface): void {
  device.cancelReopen();
  device.admission.close();
  device.sockets?.adverts.close();
  device.sockets?.frames.close();
  device.sockets?.answers?.close();
  device.sockets = undefined;
}

function receive(device: OpenInterface, datagram: ReceivedDatagram): void {
  const { name, channel, members, admission } = device;
  device.received += 1;
  const { virtualRouterId, facts } = readAdvertPacket(datagram, channel, device.ownAddresses);
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
  for (const member of isKnown ? [] : members) if (member.onStray?.(weighed)) isKnown = true;
  if (!isKnown) rejectUnclaimed(name, { ...vridAndTtl(virtualRouterId), facts: weighed }, device);
  admission.note(judged.class, source, isAccepted);
}

function hearAnswer({ channel, members }: OpenInterface, { bytes }: ReceivedDatagram): void {
  const answer = channel.family === 'inet' ? decodeArpReply(bytes) : decodeNeighbourAnswer(bytes);
  if (answer === undefined) return;
  for (const member of members) member.onAnswer?.(answer);
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

/** For nobody here: an unknown VRID, or too short to have one. */
function rejectUnclaimed(
  name: string,
  { virtualRouterId, facts }: AdvertPacket,
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
