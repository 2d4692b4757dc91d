// Sends the adverts of one instance, to the group or to each peer, and knows which really went out.
// RFC 9568 §5.1.1 (source, TTL, destination), §5.2; vrrp.md §1.1.
import type { VrrpInstanceConfig } from '../config/config.ts';
import type { Ip } from '../net/ip.ts';
import type { Clock, Micros } from '../ports/clock.ts';
import type { DatagramPort } from '../ports/datagram.ts';
import { advertOf } from '../vrrp/advert.ts';
import type { RouterConfig } from '../vrrp/types.ts';
import { encodeIpv4 } from '../wire/ipv4-header.ts';
import { encodeIpv6 } from '../wire/ipv6-header.ts';
import { encodeAdvert, VRRP_PROTOCOL } from '../wire/vrrp.ts';
import type { PathRoute } from './vrrp-paths.ts';
import type { Emit } from './vrrp-ports.ts';
import type { RateLimit } from './vrrp-rate-limit.ts';

const ttl = 255;
/** Internetwork control, as keepalived and FRR mark theirs. */
const tos = 0xc0;

export type AdvertSender = {
  readonly send: (priority: number) => void;
  /** Whether the last advert went out, to one peer at least; settles once the kernel has said so. */
  readonly lastSent: () => Promise<boolean>;
  readonly lastSentAt: () => Micros;
  readonly count: () => number;
};

export type AdvertSenderPorts = {
  readonly clock: Clock;
  readonly emit: Emit;
  readonly limit: RateLimit;
  readonly onSent: () => void;
};

/** @param routes over which it goes out at present. */
export function createAdvertSender(
  routes: () => readonly PathRoute[],
  current: () => { readonly config: VrrpInstanceConfig; readonly router: RouterConfig },
  ports: AdvertSenderPorts,
): AdvertSender {
  let last: Promise<boolean> = Promise.resolve(false);
  let lastSentAt: Micros = 0;
  let count = 0;

  const failed = (instance: string, error: Error) => {
    const reason = (error as NodeJS.ErrnoException).code ?? error.message;
    ports.limit.note(`${instance} send ${reason}`, (times) =>
      ports.emit({ event: 'vrrp.send_failed', instance, reason, count: times }),
    );
  };

  async function send(priority: number): Promise<boolean> {
    const { config, router } = current();
    const at = ports.clock.now();
    const outcomes = await Promise.all(
      routes().flatMap(({ device, source, destinations }) => {
        const socket = device.socket();
        if (socket === undefined) return [];
        return destinations.map((destination) =>
          sendPacket(socket, destination, packetFor(config, router, { priority, source, destination })),
        );
      }),
    );
    for (const error of outcomes) if (error !== undefined) failed(config.name, error);
    if (outcomes.every((error) => error !== undefined)) return false;
    count += 1;
    lastSentAt = at;
    ports.onSent();
    return true;
  }

  return {
    send: (priority) => {
      last = send(priority);
    },
    lastSent: () => last,
    lastSentAt: () => lastSentAt,
    count: () => count,
  };
}

const sendPacket = (socket: DatagramPort, destination: Ip, packet: Uint8Array) =>
  new Promise<Error | undefined>((resolve) => socket.send(packet, destination, resolve));

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
