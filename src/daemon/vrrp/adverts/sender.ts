// Sends the adverts of one instance, to the group or to each peer, and knows which really went out.
// RFC 9568 §5.1.1 (source, TTL, destination), §5.2; docs/reference/vrrp.md §1.1.

import { describeSendError } from '../../../journal/describe-send-error.ts';
import type { Emit } from '../../../journal/event.ts';
import type { VrrpInstanceConfig } from '../../../model/config/router.ts';
import type { FaultCode } from '../../../model/vrrp.ts';
import type { Ip } from '../../../net/ip.ts';
import type { Clock, Micros } from '../../../ports/clock.ts';
import { advertOf } from '../../../vrrp/advert.ts';
import type { RouterConfig } from '../../../vrrp/types.ts';
import { encodeIpv4 } from '../../../wire/packet/ipv4-header.ts';
import { encodeIpv6 } from '../../../wire/packet/ipv6-header.ts';
import { encodeAdvert, VRRP_PROTOCOL } from '../../../wire/packet/vrrp.ts';
import type { RateLimit } from '../../pace/rate-limit.ts';
import type { VrrpInterface } from './interface.ts';
import type { PathRoute } from './paths.ts';

const ttl = 255;
/** Internetwork control, as keepalived and FRR mark theirs. */
const tos = 0xc0;
/** No interface has a socket and a source address now. */
const noWay: FaultCode = 'no_path';

export type AdvertSender = {
  readonly send: (priority: number) => void;
  /** Calls back if the last advert goes out, to one peer at least, once the kernel has said so. */
  readonly whenSent: (callback: () => void) => void;
  readonly lastSentAt: () => Micros;
  readonly count: () => number;
  /** Those of priority 0. */
  readonly resignations: () => number;
};

export type AdvertSenderPorts = {
  readonly clock: Clock;
  readonly emit: Emit;
  readonly limit: RateLimit;
  /** @param again the one before went to nobody. */
  readonly onSent: (again: boolean) => void;
  /** It went to nobody, and why. */
  readonly onFailed: (reason: string) => void;
};

/** One advert on its way to everybody. */
type Sending = {
  waiting: number;
  went: boolean;
  failure: string;
  readonly at: Micros;
  readonly resigns: boolean;
  whenGone?: () => void;
};

type Present = { readonly config: VrrpInstanceConfig; readonly router: RouterConfig };

/** @param routes over which it goes out at present. */
export function createAdvertSender(
  routes: () => readonly PathRoute[],
  present: () => Present,
  ports: AdvertSenderPorts,
): AdvertSender {
  const packetsOf = createPackets();
  let last: Sending = { ...sendingOf(1, 0), waiting: 0 };
  let isUnsent = false;
  let lastSentAt: Micros = 0;
  let count = 0;
  let resignations = 0;

  function settle(sending: Sending): void {
    sending.waiting -= 1;
    if (sending.waiting > 0) return;
    const wasUnsent = isUnsent;
    isUnsent = !sending.went;
    if (isUnsent) {
      ports.onFailed(sending.failure);
      return;
    }
    count += 1;
    if (sending.resigns) resignations += 1;
    lastSentAt = sending.at;
    ports.onSent(wasUnsent);
    sending.whenGone?.();
  }

  return {
    send: (priority) => {
      const { config, router } = present();
      const sending = sendingOf(priority, ports.clock.now());
      last = sending;
      const packets = packetsOf({ routes: routes(), config, router, priority });
      for (const { device, destination, bytes } of packets) {
        const socket = device.socket();
        if (socket === undefined) continue;
        sending.waiting += 1;
        socket.send(bytes, destination, (error) => {
          if (error === undefined) sending.went = true;
          else sending.failure = tellFailure(config.name, error, ports);
          settle(sending);
        });
      }
      settle(sending);
    },
    whenSent: (callback) => {
      if (last.waiting > 0) last.whenGone = callback;
      else if (last.went) callback();
    },
    lastSentAt: () => lastSentAt,
    count: () => count,
    resignations: () => resignations,
  };
}

const sendingOf = (priority: number, at: Micros): Sending => ({
  ...{ waiting: 1, went: false, failure: noWay, at, resigns: priority === 0 },
});

/** @returns the reason. */
function tellFailure(instance: string, error: Error, { limit, emit }: AdvertSenderPorts): string {
  const reason = describeSendError(error);
  limit.note(`${instance} send ${reason}`, (count) =>
    emit({ event: 'vrrp.send_failed', instance, reason, count }),
  );
  return reason;
}

/** What the packets of an advert are made of. */
type Ingredients = Present & { readonly routes: readonly PathRoute[]; readonly priority: number };
type Packet = { readonly device: VrrpInterface; readonly destination: Ip; readonly bytes: Uint8Array };

/** The same bytes go out again and again, until something that they are made of changes. */
function createPackets(): (of: Ingredients) => readonly Packet[] {
  let made: { readonly of: Ingredients; readonly packets: readonly Packet[] } | undefined;
  return (of) => {
    if (made === undefined || !isSame(made.of, of)) made = { of, packets: makePackets(of) };
    return made.packets;
  };
}

const isSame = (a: Ingredients, b: Ingredients): boolean =>
  a.routes === b.routes && a.config === b.config && a.router === b.router && a.priority === b.priority;

const makePackets = ({ routes, config, router, priority }: Ingredients): readonly Packet[] =>
  routes.flatMap(({ device, source, destinations }) =>
    destinations.map((destination) => ({
      ...{ device, destination },
      bytes: packetFor(config, router, { priority, source, destination }),
    })),
  );

/** A whole IP packet with an advert of that priority; 0 resigns. */
export function packetFor(
  config: VrrpInstanceConfig,
  router: RouterConfig,
  { priority, ...path }: { readonly priority: number; readonly source: Ip; readonly destination: Ip },
): Uint8Array {
  const advert = encodeAdvert(advertOf(router, priority), { ...path, checksum: config.checksum });
  if (router.family === 'inet') return encodeIpv4({ ...path, protocol: VRRP_PROTOCOL, ttl, tos }, advert);
  return encodeIpv6({ ...path, nextHeader: VRRP_PROTOCOL, hopLimit: ttl, trafficClass: tos }, advert);
}
