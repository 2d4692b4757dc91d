// Gratuitous ARP, or for IPv6 unsolicited neighbour advertisements, for the addresses of one instance: tells the
// neighbours where they now live, from the device that carries them. When to do so is the state machine's decision.
// RFC 9568 §6.4.1 (120), (125).

import type { Emit } from '../../../journal/event.ts';
import type { VrrpInstanceConfig } from '../../../model/config/router.ts';
import { familyOf, type Ip } from '../../../net/ip.ts';
import type { Link } from '../../../net/link.ts';
import type { Mac } from '../../../net/mac.ts';
import type { Prefix } from '../../../net/prefix.ts';
import type { Clock, EventLoop, Micros } from '../../../ports/clock.ts';
import type { FramePort } from '../../../ports/datagram.ts';
import { encodeGratuitousArpFrame } from '../../../wire/packet/arp.ts';
import { encodeNeighbourAdvertisementFrame } from '../../../wire/packet/ndp.ts';
import type { VrrpInterface } from '../adverts/interface.ts';
import type { NetworkView } from '../network-view.ts';
import { deviceOfAddress } from '../router-config.ts';
import type { VrrpPorts } from '../vrrp-ports.ts';

/** Frames that go out without a pause for other things. */
const atOnceMax = 512;
const sliceMax = 128;
/** Rounds after the second repeat for as long as the role lasts: they are logged at most that often. */
const refreshLoggedEveryUs = 60_000_000;

export type Announcer = {
  /** A round: each address `repeat` times, with the configured pause between; ends the one before. */
  readonly announce: (
    addresses: readonly Prefix[],
    options: { readonly round: number; readonly repeat: number },
  ) => void;
  /** Of addresses that came later: ends nothing, and is not logged. @returns whether there was a device for it */
  readonly announceMore: (addresses: readonly Prefix[], repeat: number) => boolean;
  readonly log: (count: number, round: number) => void;
  readonly close: () => void;
};

export type AnnouncerPorts = Pick<VrrpPorts, 'openFrameSocket'> & {
  readonly clock: Clock & EventLoop;
  readonly view: NetworkView;
  readonly emit: Emit;
  readonly config: () => VrrpInstanceConfig;
  /** What is announced later must still be here. */
  readonly isInstalled: (prefix: Prefix) => boolean;
};

/** @param device whose socket serves for all that it carries. */
export function createAnnouncer(device: VrrpInterface, ports: AnnouncerPorts): Announcer {
  const { clock, view, emit, config } = ports;
  /** Of other devices, by index. */
  const sockets = new Map<number, FramePort>();
  let loggedAt: Micros = 0;
  /** Counts those that were begun. */
  let round = 0;

  function framesOf(link: Link): FramePort | undefined {
    if (link.index === device.link()?.index) return device.frames();
    const opened = sockets.get(link.index) ?? ports.openFrameSocket(link.index);
    if (!('ok' in opened)) return opened;
    if (!opened.ok) return undefined;
    sockets.set(link.index, opened.value);
    return opened.value;
  }

  /** @returns whether there was a device to send it from. */
  function send(prefix: Prefix): boolean {
    const link = view.linkNamed(deviceOfAddress(config(), prefix));
    const frames = link === undefined ? undefined : framesOf(link);
    if (link?.mac === undefined || frames === undefined) return false;
    frames.send(announcementOf(prefix.address, link.mac));
    return true;
  }

  /** Many take longer than an advert may wait: the rest follows between other things. */
  function sendSome(rest: readonly Prefix[], from: number, mine: number): void {
    if (from >= rest.length || mine !== round) return;
    for (const prefix of rest.slice(from, from + sliceMax)) if (ports.isInstalled(prefix)) send(prefix);
    sendAfterPoll(rest, from + sliceMax, mine);
  }

  function sendLater(rest: readonly Prefix[], from: number, mine: number): void {
    const next = rest[from];
    if (next === undefined || mine !== round) return;
    clock.after(pauseMs(), () => {
      if (mine !== round) return;
      if (ports.isInstalled(next)) send(next);
      sendLater(rest, from + 1, mine);
    });
  }

  const sendAfterPoll = (rest: readonly Prefix[], from: number, mine: number) =>
    clock.afterPoll(() => sendSome(rest, from, mine));

  const pauseMs = (): number => config().garpIntervalMs ?? 0;

  /** @returns whether one went out at once. */
  function begin(addresses: readonly Prefix[], repeat: number): boolean {
    const all = Array.from({ length: repeat }, () => addresses).flat();
    // The first of each at once, whatever the pause: the advert that follows may take the peer off.
    const atOnce = (pauseMs() === 0 ? all : all.slice(0, addresses.length)).slice(0, atOnceMax);
    const sent = atOnce.map(send);
    if (pauseMs() > 0) sendLater(all, atOnce.length, round);
    else if (all.length > atOnce.length) sendAfterPoll(all, atOnce.length, round);
    return sent.includes(true);
  }

  function log(count: number, number: number): void {
    const now = clock.now();
    if (number > 2 && now - loggedAt < refreshLoggedEveryUs) return;
    loggedAt = now;
    emit({ event: 'vip.announced', instance: config().name, addresses: count, round: number });
  }

  return {
    announce: (addresses, { round: number, repeat }) => {
      // Ends what is left of the one before.
      round += 1;
      if (begin(addresses, repeat)) log(addresses.length, number);
    },
    announceMore: begin,
    log,
    close: () => {
      round += 1;
      for (const socket of sockets.values()) socket.close();
      sockets.clear();
    },
  };
}

const announcementOf = (address: Ip, mac: Mac): Uint8Array =>
  familyOf(address) === 'inet'
    ? encodeGratuitousArpFrame(address, mac)
    : encodeNeighbourAdvertisementFrame(address, mac);
