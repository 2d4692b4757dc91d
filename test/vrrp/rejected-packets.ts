// One packet of every kind that a router must not believe, as whole IPv4 packets, for a router that tells them apart
// by `mode`. The list is that of docs/reference/vrrp.md §2.2.
import { randomBytes } from 'node:crypto';
import type { Advert } from '../../src/net/advert.ts';
import { type Ip, ip } from '../../src/net/ip.ts';
import { encodeIpv4 } from '../../src/wire/packet/ipv4-header.ts';
import { encodeAdvert, VRRP_GROUP_INET } from '../../src/wire/packet/vrrp.ts';

export type Mode = 'multicast' | 'unicast' | 'version 2';

export type RejectedKind = {
  readonly kind: string;
  readonly mode: Mode;
  /** As the status counts it; undefined where it depends on the bytes, or no instance is meant. */
  readonly reason?: string;
  /** The kernel drops it before any socket sees it: where the source is no host's, or this host's own. */
  readonly neverArrives?: true;
  readonly packet: () => Uint8Array;
};

/** Who sends them. */
export const STRANGER = ip('10.9.0.3');
/** The router that must not believe them, and its peer of unicast. */
const VICTIM = ip('10.9.0.1');

/** What would win any election. */
const winner = { virtualRouterId: 51, priority: 254, addresses: [ip('10.9.0.100')] };
const advert3: Advert = { version: 3, ...winner, intervalCs: 10 };
const advert2: Advert = {
  version: 2,
  ...winner,
  intervalSec: 1,
  auth: { type: 'simple', password: 'secret' },
};

type Wrapping = { readonly source?: Ip; readonly destination?: Ip; readonly ttl?: number };

function wrap(
  payload: Uint8Array,
  { source = STRANGER, destination = VRRP_GROUP_INET, ttl = 255 }: Wrapping = {},
) {
  return encodeIpv4({ source, destination, protocol: 112, ttl, tos: 0xc0 }, payload);
}

const whole = (advert: Advert, wrapping: Wrapping = {}) => {
  const { source = STRANGER, destination = VRRP_GROUP_INET } = wrapping;
  return wrap(encodeAdvert(advert, { source, destination, checksum: 'rfc5798' }), wrapping);
};

/** Changed after its checksum was made; with `mend` that is made again, over the message alone (RFC 9568 §5.2.8). */
function spoilt(change: (message: Uint8Array) => Uint8Array, mend: boolean, advert: Advert = advert3) {
  const path = { source: STRANGER, destination: VRRP_GROUP_INET };
  const message = change(encodeAdvert(advert, { ...path, checksum: 'rfc9568' }));
  if (mend) {
    message.set([0, 0], 6);
    let sum = 0;
    for (let i = 0; i < message.length; i += 2) sum += ((message[i] ?? 0) << 8) | (message[i + 1] ?? 0);
    while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
    message.set([(~sum >> 8) & 0xff, ~sum & 0xff], 6);
  }
  return wrap(message);
}

const set =
  (offset: number, ...bytes: readonly number[]) =>
  (message: Uint8Array) => {
    message.set(bytes, offset);
    return message;
  };

export const rejectedKinds: readonly RejectedKind[] = [
  {
    kind: 'random bytes',
    mode: 'multicast',
    packet: () => wrap(randomBytes(1 + Math.floor(64 * Math.random()))),
  },
  { kind: 'too short', mode: 'multicast', reason: 'short', packet: () => wrap(Uint8Array.of(0x31, 51, 254)) },
  {
    kind: 'routed, as one replayed from another subnet is',
    ...{ mode: 'multicast', reason: 'ttl' },
    packet: () => whole(advert3, { ttl: 254 }),
  },
  {
    kind: 'the other version',
    ...{ mode: 'multicast', reason: 'version' },
    packet: () => whole({ ...advert2, auth: { type: 'none' } } as Advert),
  },
  {
    kind: 'no version that there is',
    ...{ mode: 'multicast', reason: 'version' },
    packet: () => spoilt(set(0, 0x41), true),
  },
  { kind: 'another type', mode: 'multicast', reason: 'type', packet: () => spoilt(set(0, 0x32), true) },
  { kind: 'no addresses', mode: 'multicast', reason: 'count', packet: () => spoilt(set(3, 0), true) },
  {
    kind: 'fewer addresses than it counts',
    mode: 'multicast',
    reason: 'length',
    packet: () => spoilt(set(3, 7), true),
  },
  {
    kind: 'a wrong checksum',
    mode: 'multicast',
    reason: 'checksum',
    packet: () => spoilt(set(2, 253), false),
  },
  { kind: 'interval 0', mode: 'multicast', reason: 'interval', packet: () => spoilt(set(4, 0, 0), true) },
  { kind: 'another VRID', mode: 'multicast', packet: () => whole({ ...advert3, virtualRouterId: 77 }) },
  {
    kind: 'sent to this host alone, where the group was agreed on',
    ...{ mode: 'multicast', reason: 'destination' },
    packet: () => whole(advert3, { destination: VICTIM }),
  },
  {
    kind: 'our own address',
    ...{ mode: 'multicast', reason: 'own_address', neverArrives: true },
    packet: () => whole(advert3, { source: VICTIM }),
  },
  {
    kind: 'a source that is no host',
    ...{ mode: 'multicast', reason: 'source', neverArrives: true },
    packet: () => whole(advert3, { source: ip('0.0.0.0') }),
  },
  {
    kind: 'a stranger among unicast peers',
    ...{ mode: 'unicast', reason: 'unknown_peer' },
    packet: () => whole(advert3, { destination: VICTIM }),
  },
  {
    kind: 'sent to the group, where unicast was agreed on',
    ...{ mode: 'unicast', reason: 'destination' },
    packet: () => whole(advert3),
  },
  {
    kind: 'another interval in version 2',
    ...{ mode: 'version 2', reason: 'interval_mismatch' },
    packet: () => whole({ ...advert2, intervalSec: 2 } as Advert),
  },
  {
    kind: 'another password',
    ...{ mode: 'version 2', reason: 'authentication' },
    packet: () => whole({ ...advert2, auth: { type: 'simple', password: 'guess' } } as Advert),
  },
  {
    kind: 'no password',
    ...{ mode: 'version 2', reason: 'authentication' },
    packet: () => whole({ ...advert2, auth: { type: 'none' } } as Advert),
  },
];
