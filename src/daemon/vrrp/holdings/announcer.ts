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

type Announcing = AnnouncerPorts & {
  readonly device: VrrpInterface;
  /** Of other devices, by index. */
  readonly sockets: Map<number, FramePort>;
  /** Counts those that were begun: the rest of an earlier one is not sent. */
  round: number;
  loggedAt: Micros;
};

/** @param device whose socket serves for all that it carries. */
export function createAnnouncer(device: VrrpInterface, ports: AnnouncerPorts): Announcer {
  const announcing: Announcing = { ...ports, device, sockets: new Map(), round: 0, loggedAt: 0 };
  return {
    announce: (addresses, { round, repeat }) => {
      // Ends what is left of the one before.
      announcing.round += 1;
      if (begin(announcing, addresses, repeat)) log(announcing, addresses.length, round);
    },
    announceMore: (addresses, repeat) => begin(announcing, addresses, repeat),
    log: (count, round) => log(announcing, count, round),
    close: () => {
      announcing.round += 1;
      for (const socket of announcing.sockets.values()) socket.close();
      announcing.sockets.clear();
    },
  };
}

const pauseMsOf = ({ config }: Announcing): number => config().garpIntervalMs ?? 0;

/** @returns whether one went out at once. */
function begin(announcing: Announcing, addresses: readonly Prefix[], repeat: number): boolean {
  const all = Array.from({ length: repeat }, () => addresses).flat();
  const pauseMs = pauseMsOf(announcing);
  // The first of each at once, whatever the pause: the advert that follows may take the peer off.
  const atOnce = (pauseMs === 0 ? all : all.slice(0, addresses.length)).slice(0, atOnceMax);
  const sent = atOnce.map((prefix) => send(announcing, prefix));
  const rest = { all, from: atOnce.length, round: announcing.round };
  if (pauseMs > 0) sendLater(announcing, rest);
  else if (all.length > atOnce.length) sendAfterPoll(announcing, rest);
  return sent.includes(true);
}

/** What is left of a round. */
type Rest = { readonly all: readonly Prefix[]; readonly from: number; readonly round: number };

/** Many take longer than an advert may wait: the rest follows between other things. */
function sendAfterPoll(announcing: Announcing, { all, from, round }: Rest): void {
  announcing.clock.afterPoll(() => {
    if (from >= all.length || round !== announcing.round) return;
    for (const prefix of all.slice(from, from + sliceMax)) sendIfThere(announcing, prefix);
    sendAfterPoll(announcing, { all, from: from + sliceMax, round });
  });
}

function sendLater(announcing: Announcing, { all, from, round }: Rest): void {
  const next = all[from];
  if (next === undefined || round !== announcing.round) return;
  announcing.clock.after(pauseMsOf(announcing), () => {
    if (round !== announcing.round) return;
    sendIfThere(announcing, next);
    sendLater(announcing, { all, from: from + 1, round });
  });
}

function sendIfThere(announcing: Announcing, prefix: Prefix): void {
  if (announcing.isInstalled(prefix)) send(announcing, prefix);
}

/** @returns whether there was a device to send it from. */
function send(announcing: Announcing, prefix: Prefix): boolean {
  const { view, config } = announcing;
  const link = view.linkNamed(deviceOfAddress(config(), prefix));
  const frames = link === undefined ? undefined : framesOf(announcing, link);
  if (link?.mac === undefined || frames === undefined) return false;
  frames.send(announcementOf(prefix.address, link.mac));
  return true;
}

function framesOf({ device, sockets, openFrameSocket }: Announcing, link: Link): FramePort | undefined {
  if (link.index === device.link()?.index) return device.frames();
  const known = sockets.get(link.index);
  if (known !== undefined) return known;
  const opened = openFrameSocket(link.index);
  if (!opened.ok) return undefined;
  sockets.set(link.index, opened.value);
  return opened.value;
}

function log(announcing: Announcing, count: number, round: number): void {
  const { clock, emit, config } = announcing;
  const now = clock.now();
  if (round > 2 && now - announcing.loggedAt < refreshLoggedEveryUs) return;
  announcing.loggedAt = now;
  emit({ event: 'vip.announced', instance: config().name, addresses: count, round });
}

const announcementOf = (address: Ip, mac: Mac): Uint8Array =>
  familyOf(address) === 'inet'
    ? encodeGratuitousArpFrame(address, mac)
    : encodeNeighbourAdvertisementFrame(address, mac);
