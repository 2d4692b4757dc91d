// Where the adverts of one instance go: over each of its interfaces, from which source to whom. A unicast peer is
// spoken to over every interface whose network it is in, else over the first. Nothing of time or sockets here.
// docs/reference/vrrp.md §1.1, docs/architecture.md "Paths of adverts".
import type { VrrpInstanceConfig } from '../../../model/config/router.ts';
import type { Ip } from '../../../net/ip.ts';
import { prefixContains } from '../../../net/prefix.ts';
import { vrrpGroup } from '../../../wire/packet/vrrp.ts';
import type { NetworkView } from '../network-view.ts';
import { type SourceRequest, sourceAddressOf } from '../router-config.ts';

export type AdvertRoute = {
  readonly interface: string;
  readonly source: Ip;
  readonly destinations: readonly Ip[];
};

/** The interfaces of an instance, the one of the virtual addresses first. */
const interfacesOf = ({
  interface: first,
  furtherInterfaces = [],
}: VrrpInstanceConfig): readonly string[] => [first, ...furtherInterfaces];

export type RouteRequest = Omit<SourceRequest, 'current'> & {
  /** The source over that interface at present, kept where it may be. */
  readonly current: (name: string) => Ip;
};

/** One for each interface that has a source for it, the first interface first. */
export function advertRoutesOf({ config, view, isVirtual, current }: RouteRequest): readonly AdvertRoute[] {
  const names = interfacesOf(config);
  const others = othersOf(config, view);
  return names.flatMap((name, index) => {
    const peers = others.filter((peer) => goesOver(peer, index, names, view));
    if (config.unicastPeers.length > 0 && peers.length === 0) return [];
    const here = index === 0 ? config : furtherConfig(config, name, peers);
    const source = sourceAddressOf({ config: here, view, isVirtual, current: current(name) });
    if (source === undefined) return [];
    const destinations = peers.length > 0 ? peers : [config.multicastGroup ?? vrrpGroup(config.family)];
    return [{ interface: name, source, destinations }];
  });
}

/** A name that stands for every director stands for this one as well, which needs no adverts of itself. */
function othersOf({ unicastPeers }: VrrpInstanceConfig, view: NetworkView): readonly Ip[] {
  const others = unicastPeers.filter((peer) => view.placesOf(peer).length === 0);
  return others.length > 0 ? others : unicastPeers;
}

/** The configured source is one of the first interface, and an owner's virtual address is there too. */
function furtherConfig(config: VrrpInstanceConfig, name: string, peers: readonly Ip[]): VrrpInstanceConfig {
  const { sourceAddress: _, ...rest } = config;
  return { ...rest, interface: name, unicastPeers: peers, priority: 0 };
}

function goesOver(peer: Ip, index: number, names: readonly string[], view: NetworkView): boolean {
  if (names.length === 1) return true;
  const near = names.map((name) => isNear(peer, name, view));
  return near[index] === true || (index === 0 && !near.includes(true));
}

function isNear(peer: Ip, name: string, view: NetworkView): boolean {
  const link = view.linkNamed(name);
  if (link === undefined) return false;
  return view
    .addressesOn(link.index)
    .some(({ address, prefixLength }) => prefixContains({ address, length: prefixLength }, peer));
}
