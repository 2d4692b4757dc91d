// Whom the doctor asks: who has the floating addresses, where servers and peers are on the wire; then each server, at its
// own address and as IPVS sends it what clients say. Never anybody else, and no more packets than `shotsMax`.
import type { RealConfig, VirtualConfig } from '../../model/config/service.ts';
import { familyOf, type Ip, isLinkLocal } from '../../net/ip.ts';
import type { Mac } from '../../net/mac.ts';
import { prefixContains } from '../../net/prefix.ts';
import { unique } from '../../setup/served.ts';
import type { Facts } from '../facts.ts';
import { isTracked } from '../ipvs-setting.ts';
import { addressesOf, nameOf, serversOf } from '../services.ts';
import type { Answers, Ask, Neighbour, Shot, Wrapping } from './answers.ts';

export const shotsMax = 512;
/** Beside the size that is wanted: what the usual links and tunnels leave of 1500. */
const sizes = [1492, 1480, 1460, 1450, 1420, 1400, 1380, 1280];

export type Place = Neighbour & { readonly router?: string };

/** Where each address of a service, or of a virtual router, is held on this network. */
export function vipPlaces({ config, addresses, links }: Facts): readonly Place[] {
  const floating = config.vrrp.flatMap(({ name, interface: own, virtualAddresses, excludedAddresses = [] }) =>
    // Not the macvlan of a virtual MAC: it is there while we are active alone.
    [...virtualAddresses, ...excludedAddresses].map(({ address, device = own }) => ({
      ...{ device, address, router: name },
    })),
  );
  const isLoopback = (device: string) => links.some(({ name, loopback }) => name === device && loopback);
  const fixed = config.virtuals.flatMap(addressesOf).flatMap((address) => {
    if (floating.some((each) => each.address === address)) return [];
    const found = addresses.find((each) => each.address === address && !isLoopback(each.device));
    return found === undefined ? [] : [{ device: found.device, address }];
  });
  return unique([...floating, ...fixed]);
}

/** Where it is on the wire: itself, or the router to it. */
export function placeOf(address: Ip, { routes }: Pick<Facts, 'routes'>): Neighbour | undefined {
  const { device, via, isLocal, refusal } = routes[address] ?? {};
  if (device === undefined || isLocal === true || refusal !== undefined) return undefined;
  return { device, address: via ?? address };
}

export function neighboursToAsk(facts: Facts, macs: Answers['macs']): readonly Neighbour[] {
  const { config, daemon } = facts;
  const known = [
    ...config.virtuals.flatMap((virtual) => serversOf(virtual).map(({ address }) => address)),
    ...config.vrrp.flatMap(({ unicastPeers }) => unicastPeers),
    ...(daemon?.routers.flatMap(({ peers }) => peers) ?? []),
  ].flatMap((address) => placeOf(address, facts) ?? []);
  const vips = vipPlaces(facts).map(({ device, address }) => ({ device, address }));
  return unique([...vips, ...known]).filter(({ device }) => macs[device] !== undefined);
}

/** An address of ours that a neighbour answers: none that floats. */
export function ownAddress(device: string, to: Ip, { addresses, config }: Facts): Ip | undefined {
  const floating = new Set(
    config.vrrp
      .flatMap(({ virtualAddresses, excludedAddresses = [] }) => [...virtualAddresses, ...excludedAddresses])
      .map(({ address }) => address)
      .concat(config.virtuals.flatMap(addressesOf)),
  );
  const fitting = addresses.filter(
    (each) =>
      each.device === device && familyOf(each.address) === familyOf(to) && !floating.has(each.address),
  );
  const near = fitting.find((each) => prefixContains(each, to));
  return (near ?? fitting.find(({ address }) => isLinkLocal(address) === isLinkLocal(to)) ?? fitting[0])
    ?.address;
}

/** Where clients ask, as far as TCP can be asked; else by an echo. */
function asksOf(virtual: VirtualConfig, real: RealConfig): readonly { vip: Ip; own: Ask; vipAsk: Ask }[] {
  const { id, marks = [] } = virtual;
  const places = id.kind === 'address' ? [id] : marks;
  return places.slice(0, 4).map(({ address: vip, protocol, port }) => {
    const server = real.port === 0 ? port : real.port;
    if (protocol !== 'tcp' || port === 0) return { vip, own: { kind: 'echo' }, vipAsk: { kind: 'echo' } };
    return { vip, own: { kind: 'syn', port: server }, vipAsk: { kind: 'syn', port } };
  });
}

/** @param holders what was found out before. */
export function shotsAt(facts: Facts, { macs, holders }: Pick<Answers, 'macs' | 'holders'>): readonly Shot[] {
  const of = facts.config.virtuals.flatMap((virtual) =>
    serversOf(virtual).flatMap((real): readonly Shot[] => {
      const place = placeOf(real.address, facts);
      const source = place && ownAddress(place.device, real.address, facts);
      const mac = place && macAt(place, holders);
      if (place === undefined || mac === undefined || source === undefined) return [];
      if (macs[place.device] === undefined) return [];
      const isNear = place.address === real.address;
      const base = { target: real.address, services: [nameOf(virtual)], device: place.device, mac, source };
      const path = { ...base, destination: real.address, ttl: 64 };
      return asksOf(virtual, real).flatMap(({ vip, own, vipAsk }) => [
        { ...path, way: 'own', ask: own },
        ...byItsWay({ real, vip, source, isNear, facts }).map(
          (each): Shot => ({ ...path, ask: real.forward === 'masq' ? own : vipAsk, ...each }),
        ),
      ]);
    }),
  );
  return unique(of);
}

const macAt = ({ device, address }: Neighbour, holders: Answers['holders']): Mac | undefined =>
  holders.find((each) => each.device === device && each.address === address)?.mac;

type ByItsWay = {
  readonly real: RealConfig;
  readonly vip: Ip;
  readonly source: Ip;
  readonly isNear: boolean;
  readonly facts: Facts;
};

/** With a TTL of one: who has the address takes the packet, and nobody sends it on. */
function byItsWay({
  real,
  vip,
  source,
  isNear,
  facts,
}: ByItsWay): readonly (Pick<Shot, 'way'> & Partial<Shot>)[] {
  if (real.forward === 'gate')
    return isNear && familyOf(vip) === familyOf(source)
      ? [{ way: 'vip', destination: vip, ttl: 1 } as const]
      : [];
  if (real.forward === 'ipip') {
    const inner = ownAddressFor(vip, source, facts);
    const wrapping = wrappingOf(real, source);
    if (inner === undefined || wrapping === undefined) return [];
    return [{ way: 'vip', source: inner, destination: vip, ttl: 1, wrapping } as const];
  }
  const isHeld = facts.addresses.some(({ address }) => address === vip);
  const isOffLink = !facts.addresses.some(
    (each) =>
      familyOf(each.address) === familyOf(vip) &&
      prefixContains(each, vip) &&
      prefixContains(each, real.address),
  );
  const sameFamily = familyOf(vip) === familyOf(real.address);
  return isHeld && isOffLink && sameFamily && !isTracked(facts)
    ? [{ way: 'back', source: vip } as const]
    : [];
}

/** Undefined: checksums of tunnels are not computed here. */
function wrappingOf({ address: to, tunnel }: RealConfig, from: Ip): Wrapping | undefined {
  const { type = 'ipip', port = 0, checksum = 'nocsum' } = tunnel ?? {};
  if (checksum !== 'nocsum' || (type !== 'ipip' && type !== 'gre' && type !== 'gue')) return undefined;
  return { type, port, from, to };
}

/** Another family within the tunnel has another address of ours. */
function ownAddressFor(vip: Ip, source: Ip, facts: Facts): Ip | undefined {
  if (familyOf(vip) === familyOf(source)) return source;
  const device = vipPlaces(facts).find(({ address }) => address === vip)?.device;
  return device === undefined ? undefined : ownAddress(device, vip, facts);
}

/** How large a packet may be on the way to each server that answers an echo: the first is what the route promises. */
export function sizeShots(shots: readonly Shot[], { routes, links }: Facts): readonly Shot[] {
  const targets = unique(
    shots
      .filter(({ way }) => way === 'own')
      .map(({ target, device, mac, source, ttl }) => ({ target, device, mac, source, ttl })),
  );
  return targets.flatMap((each) => {
    const promised = routes[each.target]?.mtu ?? links.find(({ name }) => name === each.device)?.mtu ?? 1500;
    const services = shots.filter(({ target }) => target === each.target).flatMap((shot) => shot.services);
    const asked = [promised, ...sizes.filter((size) => size < promised), 100];
    return asked.map(
      (bytes): Shot => ({
        ...{ ...each, way: 'size', destination: each.target, services: unique(services) },
        ask: { kind: 'echo', bytes },
      }),
    );
  });
}
