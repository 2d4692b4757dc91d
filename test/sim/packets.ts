// Adverts as bytes between the real encoder and the real decoder: what a router sends, and what comes of it when
// a bit flips or when somebody forges one. Bytes that were made once are kept; encoding and decoding are pure.
import { familyOf, type Ip, ip } from '../../src/net/ip.ts';
import { advertOf } from '../../src/vrrp/advert.ts';
import type { RouterConfig } from '../../src/vrrp/types.ts';
import { decodeAdvert, encodeAdvert, vrrpGroup } from '../../src/wire/packet/vrrp.ts';
import type { Random } from './random.ts';
import type { Garbage } from './scenario.ts';
import type { Packet, Router } from './world.ts';

type Origin = Pick<Packet, 'group' | 'sender' | 'invalid'>;
type Envelope = { readonly source: Ip; readonly destination: Ip; readonly ttl: number };

function packetOf(bytes: Uint8Array, { source, destination, ttl }: Envelope, origin: Origin): Packet {
  const family = familyOf(source);
  const isGroup = destination === vrrpGroup(family);
  return {
    ...{ bytes, source, destination, ttl, family, ...origin },
    virtualRouterId: bytes[1] ?? 0,
    facts: {
      ...{ ttl, source, ownAddresses: [] },
      destination: isGroup ? 'multicast' : 'unicast',
      decoded: decodeAdvert(bytes, { source, destination }),
    },
    verdicts: new Map(),
  };
}

const destinationsOf = ({ family, unicastPeers }: RouterConfig): readonly Ip[] =>
  unicastPeers.length > 0 ? unicastPeers : [vrrpGroup(family)];

/** What the router sends at that priority: one packet for each destination. */
export function packetsOf(router: Router, priority: number): readonly Packet[] {
  const known = router.packets.get(priority);
  if (known !== undefined) return known;
  const { config, group } = router;
  const source = config.sourceAddress;
  // Both forms of the checksum are on the road (docs/reference/vrrp.md §1.3): which one a router sends is its own
  // affair.
  const checksum = router.host.index % 2 === 0 ? 'rfc5798' : 'rfc9568';
  const packets = destinationsOf(config).map((destination) =>
    packetOf(
      encodeAdvert(advertOf(config, priority), { source, destination, checksum }),
      { source, destination, ttl: 255 },
      { group, sender: router, invalid: false },
    ),
  );
  router.packets.set(priority, packets);
  return packets;
}

/** One byte of it is another on the way. */
export function flipped(packet: Packet, random: Random): Packet {
  const bytes = packet.bytes.slice();
  const place = random.between(0, bytes.length - 1);
  bytes[place] = (bytes[place] ?? 0) ^ random.between(1, 255);
  return packetOf(bytes, packet, { group: packet.group, sender: packet.sender, invalid: true });
}

/** What `to` must refuse; it looks like an advert of a peer with priority 255, but for one thing. */
export function forged(to: Router, what: Garbage, random: Random): Packet {
  const { config } = to;
  const destination = config.unicastPeers.length > 0 ? config.sourceAddress : vrrpGroup(config.family);
  const peer = to.group.routers.find((router) => router !== to) ?? to;
  const source = forgedSource(what, to, peer);
  const unicast = config.unicastPeers.length > 0;
  const ttl = what === 'ttl' && !unicast ? 254 : 255;
  const advert = advertOf(config, 255);
  const bytes = encodeAdvert(advert, { source, destination, checksum: 'rfc5798' }).slice();
  const isBroken = spoil(bytes, what, random);
  const harmless = what === 'ttl' && unicast;
  const ruined = isBroken || !harmless ? bytes : bytes.subarray(0, 7);
  return packetOf(
    ruined,
    { source, destination, ttl },
    { group: undefined, sender: undefined, invalid: true },
  );
}

function forgedSource(what: Garbage, to: Router, peer: Router): Ip {
  if (what === 'own_address') return to.config.sourceAddress;
  if (what === 'source_multicast') return to.config.family === 'inet' ? ip('224.0.0.9') : ip('ff02::9');
  return peer.config.sourceAddress;
}

/** @returns whether the bytes themselves are broken now. */
function spoil(bytes: Uint8Array, what: Garbage, random: Random): boolean {
  const at = (place: number): number => bytes[place] ?? 0;
  switch (what) {
    case 'version':
      bytes[0] = (at(0) & 0x0f) | (random.pick([0, 1, 4, 5, 9]) << 4);
      return true;
    case 'type':
      bytes[0] = (at(0) & 0xf0) | random.pick([0, 2, 15]);
      return true;
    case 'count_zero':
      bytes[3] = 0;
      return true;
    case 'interval_zero':
      // The checksum is made right again: it is the interval that must be refused (erratum 8301).
      balance(bytes, bytes[0] === 0x31 ? [4, 5] : [5]);
      return true;
    case 'checksum':
      bytes[7] = at(7) ^ random.between(1, 255);
      return true;
    case 'short':
      bytes.fill(0, 4);
      return true;
    case 'random':
      for (let place = 0; place < bytes.length; place++) bytes[place] = random.between(0, 255);
      bytes[0] = 0x51;
      return true;
    case 'other_vrid':
      // The checksum is right for it: nobody on this VRID may take it.
      move(bytes, 1, 200);
      return true;
    case 'ttl':
    case 'own_address':
    case 'source_multicast':
      return false;
  }
}

function balance(bytes: Uint8Array, places: readonly number[]): void {
  for (const place of places) move(bytes, place, 0);
}

/** Sets a byte and moves the checksum along, in one's complement (RFC 1624 equation 3). */
function move(bytes: Uint8Array, place: number, value: number): void {
  const weight = place % 2 === 0 ? 256 : 1;
  const change = (value - (bytes[place] ?? 0)) * weight;
  bytes[place] = value;
  const old = ((bytes[6] ?? 0) << 8) | (bytes[7] ?? 0);
  const sum = ((((~old & 0xffff) + change) % 65_535) + 65_535) % 65_535;
  const checksum = ~sum & 0xffff;
  bytes[6] = checksum >> 8;
  bytes[7] = checksum & 0xff;
}
