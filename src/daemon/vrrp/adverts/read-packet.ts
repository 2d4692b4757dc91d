// What a datagram of an advert socket says: whose virtual router it is for, and what is known of it beside the advert.
// Whether it counts is vrrp/validate.ts's decision.
import { familyOf, type Ip, isMulticast } from '../../../net/ip.ts';
import type { ReceivedDatagram } from '../../../ports/datagram.ts';
import type { AdvertFacts } from '../../../vrrp/validate.ts';
import { decodeIpv4 } from '../../../wire/packet/ipv4.ts';
import { decodeAdvert, VRRP_GROUP_INET6 } from '../../../wire/packet/vrrp.ts';
import type { AdvertChannel } from '../vrrp-ports.ts';

export type AdvertPacket = { readonly virtualRouterId?: number; readonly facts: AdvertFacts };

export function readAdvertPacket(
  datagram: ReceivedDatagram,
  channel: AdvertChannel,
  ownAddresses: readonly Ip[],
): AdvertPacket {
  if (channel.family === 'inet') return readIpv4(datagram, ownAddresses);
  const { unicast, group = VRRP_GROUP_INET6 } = channel;
  return readIpv6(datagram, { isUnicast: unicast !== undefined, group }, ownAddresses);
}

function readIpv4({ bytes, source }: ReceivedDatagram, ownAddresses: readonly Ip[]): AdvertPacket {
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
  { isUnicast, group }: { readonly isUnicast: boolean; readonly group: Ip },
  ownAddresses: readonly Ip[],
): AdvertPacket {
  const destination = isUnicast ? 'unicast' : 'multicast';
  const ours = ownAddresses.filter((address) => familyOf(address) === 'inet6');
  const candidates = isUnicast ? ours : [];
  const readings = candidates.map((address) => decodeAdvert(bytes, { source, destination: address }));
  const decoded = readings.find(({ ok }) => ok) ?? decodeAdvert(bytes, { source, destination: group });
  const virtualRouterId = decoded.ok ? decoded.value.advert.virtualRouterId : decoded.error.virtualRouterId;
  return {
    ...(virtualRouterId !== undefined && { virtualRouterId }),
    facts: { source, destination, ownAddresses, decoded },
  };
}
