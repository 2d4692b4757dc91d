// Gratuitous ARP, or for IPv6 unsolicited neighbour advertisements, for the addresses of one instance: tells the
// neighbours where they now live, from the device that carries them. When to do so is the state machine's decision.
// RFC 9568 §6.4.1 (120), (125).
import type { VrrpInstanceConfig } from '../config/config.ts';
import { familyOf, type Ip } from '../net/ip.ts';
import type { Link } from '../net/link.ts';
import type { Mac } from '../net/mac.ts';
import { formatPrefix, type Prefix } from '../net/prefix.ts';
import type { Clock, Micros } from '../ports/clock.ts';
import type { FramePort } from '../ports/datagram.ts';
import { encodeGratuitousArpFrame } from '../wire/arp.ts';
import { encodeNeighbourAdvertisementFrame } from '../wire/ndp.ts';
import type { VrrpInterface } from './vrrp-interface.ts';
import type { NetworkView } from './vrrp-network.ts';
import type { Emit, VrrpPorts } from './vrrp-ports.ts';
import { deviceOfAddress } from './vrrp-router-config.ts';

/** Rounds after the second repeat for as long as the role lasts: they are logged at most that often. */
const refreshLoggedEveryUs = 60_000_000;

export type Announcer = {
  /** A round: each address `repeat` times, with the configured pause between; ends the one before. */
  readonly announce: (
    addresses: readonly Prefix[],
    options: { readonly round: number; readonly repeat: number },
  ) => void;
  readonly close: () => void;
};

export type AnnouncerPorts = Pick<VrrpPorts, 'openFrameSocket'> & {
  readonly clock: Clock;
  readonly view: NetworkView;
  readonly emit: Emit;
  readonly config: () => VrrpInstanceConfig;
  /** What is announced later must still be here. */
  readonly installed: () => readonly Prefix[];
};

/** @param device whose socket serves for all that it carries. */
export function createAnnouncer(device: VrrpInterface, ports: AnnouncerPorts): Announcer {
  const { clock, view, emit, config } = ports;
  /** Of other devices, by index. */
  const sockets = new Map<number, FramePort>();
  let loggedAt: Micros = 0;
  let cancel = () => {};

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

  function sendLater(rest: readonly Prefix[], pauseMs: number): void {
    const [next, ...later] = rest;
    if (next === undefined) return;
    cancel = clock.after(pauseMs, () => {
      if (ports.installed().some((prefix) => formatPrefix(prefix) === formatPrefix(next))) send(next);
      sendLater(later, pauseMs);
    });
  }

  function log(count: number, round: number): void {
    const now = clock.now();
    if (round > 2 && now - loggedAt < refreshLoggedEveryUs) return;
    loggedAt = now;
    emit({ event: 'vip.announced', instance: config().name, addresses: count, round });
  }

  return {
    announce: (addresses, { round, repeat }) => {
      cancel();
      const all = Array.from({ length: repeat }, () => addresses).flat();
      const pauseMs = config().garpIntervalMs ?? 0;
      // The first of each at once, whatever the pause: the advert that follows may take the peer off.
      const atOnce = pauseMs === 0 ? all : all.slice(0, addresses.length);
      const sent = atOnce.map(send);
      if (pauseMs > 0) sendLater(all.slice(addresses.length), pauseMs);
      if (sent.includes(true)) log(addresses.length, round);
    },
    close: () => {
      cancel();
      for (const socket of sockets.values()) socket.close();
      sockets.clear();
    },
  };
}

const announcementOf = (address: Ip, mac: Mac): Uint8Array =>
  familyOf(address) === 'inet'
    ? encodeGratuitousArpFrame(address, mac)
    : encodeNeighbourAdvertisementFrame(address, mac);
