// Virtual MAC mode of one instance: a macvlan on its interface with the virtual router MAC, made by us and taken
// away again, that carries the addresses and sends the adverts. They are heard on the interface itself: the macvlan
// joins no group, because a report from a backup would move the MAC address in the switches. RFC 9568 §7.3, §8.1;
// docs/reference/vrrp.md §3. While it is not there the instance is in fault.

import type { Emit } from '../../../journal/event.ts';
import type { VrrpInstanceConfig } from '../../../model/config/router.ts';
import type { FullReason } from '../../../model/vrrp.ts';
import type { Family } from '../../../net/ip.ts';
import type { Link } from '../../../net/link.ts';
import { type Mac, macFromBytes } from '../../../net/mac.ts';
import type { Clock } from '../../../ports/clock.ts';
import type { DatagramPort } from '../../../ports/datagram.ts';
import type { NetworkKernel } from '../../../ports/kernel.ts';
import { createPace } from '../../pace/pace.ts';
import type { RateLimit } from '../../pace/rate-limit.ts';
import type { PathRoute } from '../adverts/paths.ts';
import type { NetworkView } from '../network-view.ts';
import type { VrrpPorts } from '../vrrp-ports.ts';
import type { Claims } from './claims.ts';
import type { Missing } from './floating-routes.ts';

export type Vmac = {
  /** Why it cannot be used; undefined: it can, or none is wanted. */
  readonly fault: () => FullReason | undefined;
  /** The paths of the instance, with the macvlan as the first one; the same for the same ones. */
  readonly routesFor: (routes: readonly PathRoute[]) => readonly PathRoute[];
  /** Looks at the network view again. */
  readonly refresh: () => void;
  /** It is being made, and will be there soon: {@link VmacPorts.onChanged} follows. */
  readonly pending: () => boolean;
  /** Of its settings what the kernel refused. */
  readonly missing: () => readonly Missing[];
  /** Once its addresses are gone. */
  readonly remove: () => Promise<void>;
};

type VmacPorts = Pick<VrrpPorts, 'openVrrpSocket'> & {
  readonly network: NetworkKernel;
  readonly view: NetworkView;
  readonly clock: Clock;
  readonly claims: Claims;
  readonly emit: Emit;
  readonly limit: RateLimit;
  /** It may be usable now: {@link Vmac.refresh} is to be called. */
  readonly onChanged: () => void;
};

const retryMs = 5000;

/** RFC 9568 §7.3: 00-00-5E-00-01-{VRID} for IPv4, 00-00-5E-00-02-{VRID} for IPv6. */
export const virtualRouterMac = (family: Family, virtualRouterId: number): Mac =>
  macFromBytes(Uint8Array.of(0, 0, 0x5e, 0, family === 'inet' ? 1 : 2, virtualRouterId));

/** @param config its `vmac`, interface, family and VRID never change. */
export function createVmac(config: VrrpInstanceConfig, ports: VmacPorts): Vmac {
  const { network, view, claims } = ports;
  const { vmac: name, interface: parent, family } = config;
  if (name === undefined) return none;
  const mac = virtualRouterMac(family, config.virtualRouterId);
  const claimant = { instance: config.name };
  const pace = createPace(ports.clock);
  let adverts: { readonly port: DatagramPort; readonly index: number } | undefined;
  let refusal: FullReason | undefined;
  let routes: { readonly given: readonly PathRoute[]; readonly sent: readonly PathRoute[] } = {
    given: [],
    sent: [],
  };
  let making = false;
  let removed = false;

  function settle(): void {
    for (const setting of settingsOfVmac(name ?? '', parent)) claims.set(claimant, setting);
  }

  async function make(link: string, parentIndex: number): Promise<void> {
    making = true;
    claims.claimLink(claimant, { name: link, mac });
    let error = await network.addMacvlan({ name: link, parentIndex, mac });
    // We may not have heard yet that it is there.
    if (error === undefined || error.code === 'EEXIST') {
      settle();
      error = await network.setLinkUp(link);
    }
    making = false;
    if (removed) return void network.removeLink(link);
    if (error !== undefined) retryAfter(`vmac_refused: ${error.message}`);
    else if (view.linkNamed(link) !== undefined) ports.onChanged();
  }

  function retryAfter(reason: FullReason): void {
    refusal = reason;
    ports.clock.after(retryMs, () => {
      refusal = undefined;
      if (!removed) ports.onChanged();
    });
  }

  function closeSocket(): void {
    adverts?.port.close();
    adverts = undefined;
  }

  function open(link: Link): void {
    if (adverts?.index === link.index) return;
    closeSocket();
    const channel = { family, sendOnly: true } as const;
    const opened = ports.openVrrpSocket({ name: link.name, index: link.index }, channel);
    if (opened.ok) {
      adverts = { port: opened.value, index: link.index };
      opened.value.onError(() => {});
    } else retryAfter(`vmac_refused: ${opened.error.step}: ${opened.error.code}`);
  }

  const overMacvlan = (route: PathRoute, index: number): PathRoute =>
    index > 0 ? route : { ...route, device: { ...route.device, socket: () => adverts?.port } };

  const isWell = (link: Link): boolean => link.mac === mac && link.up;

  function refresh(): void {
    if (removed || making || refusal !== undefined) return;
    const link = view.linkNamed(name ?? '');
    if (link === undefined) closeSocket();
    if (link !== undefined && isWell(link)) use(link);
    else if (link !== undefined && link.mac !== mac && adverts?.index !== link.index)
      retryAfter(`vmac_refused: ${name} has another MAC address`);
    else if (link !== undefined || view.linkNamed(parent) !== undefined) pace.soon(repair);
  }

  function use(link: Link): void {
    if (adverts?.index === link.index) return;
    claims.claimLink(claimant, { name: link.name, mac });
    settle();
    open(link);
  }

  /** By what is there when its turn comes: one that was set down may have been deleted since. */
  function repair(): void {
    if (removed || making || refusal !== undefined) return;
    const [link, parentLink] = [view.linkNamed(name ?? ''), view.linkNamed(parent)];
    if (link !== undefined) mend(link);
    else if (parentLink !== undefined) void make(name ?? '', parentLink.index);
  }

  /** One that we left behind down, or that somebody has altered since. */
  function mend(link: Link): void {
    if (isWell(link)) return;
    claims.claimLink(claimant, { name: link.name, mac });
    settle();
    if (link.mac !== mac) void network.setLinkMac(link.name, mac);
    if (!link.up) void network.setLinkUp(link.name);
    if (adverts?.index === link.index) tellMended(link);
  }

  function tellMended(link: Link): void {
    const [from, to] = link.mac === mac ? ['down', 'up'] : [link.mac ?? 'none', mac];
    const instance = config.name;
    ports.limit.note(`${instance} restored ${link.name}`, (count) =>
      ports.emit({ event: 'vrrp.restored', instance, what: link.name, from, to, count }),
    );
  }

  return {
    fault: () => (adverts === undefined ? (refusal ?? 'vmac_missing') : undefined),
    routesFor: (given) => {
      if (given !== routes.given) routes = { given, sent: given.map(overMacvlan) };
      return routes.sent;
    },
    refresh,
    pending: () => adverts === undefined && refusal === undefined && view.linkNamed(parent)?.running === true,
    missing: () => claims.refused(claimant),
    remove: async () => {
      removed = true;
      pace.cancel();
      closeSocket();
      const isOurs = claims.release(claimant).includes(name) && view.linkNamed(name)?.mac === mac;
      if (isOurs) await network.removeLink(name);
    },
  };
}

const none: Vmac = {
  fault: () => undefined,
  routesFor: (routes) => routes,
  refresh: () => {},
  pending: () => false,
  missing: () => [],
  remove: async () => {},
};

/** The macvlan answers for its addresses, and the parent, which gets the same requests, does not. */
export const settingsOfVmac = (name: string, parent: string) => [
  { key: `net/ipv4/conf/${name}/arp_ignore`, value: '1', keep: false },
  { key: `net/ipv4/conf/${name}/accept_local`, value: '1', keep: false },
  // Loose: answers leave through the parent. The larger of this and conf/all counts, so 0 might not be heeded.
  { key: `net/ipv4/conf/${name}/rp_filter`, value: '2', keep: false },
  { key: `net/ipv6/conf/${name}/autoconf`, value: '0', keep: false },
  { key: `net/ipv6/conf/${name}/accept_ra`, value: '0', keep: false },
  { key: `net/ipv4/conf/${parent}/arp_ignore`, value: '1', keep: true },
  { key: `net/ipv4/conf/${parent}/arp_filter`, value: '1', keep: true },
  // Nor does it ask in their name, which would teach the neighbours its own MAC address.
  { key: `net/ipv4/conf/${parent}/arp_announce`, value: '2', keep: true },
];
