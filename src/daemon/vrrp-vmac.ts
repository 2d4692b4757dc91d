// Virtual MAC mode of one instance: a macvlan on its interface with the virtual router MAC, made by us and taken
// away again, that carries the addresses and sends the adverts. They are heard on the interface itself: the macvlan
// joins no group, because a report from a backup would move the MAC address in the switches. RFC 9568 §7.3, §8.1;
// vrrp.md §2.5 and §6 item 6. While it is not there the instance is in fault.
import type { VrrpInstanceConfig } from '../config/config.ts';
import type { Family } from '../net/ip.ts';
import type { Link } from '../net/link.ts';
import { type Mac, macFromBytes } from '../net/mac.ts';
import type { Clock } from '../ports/clock.ts';
import type { DatagramPort } from '../ports/datagram.ts';
import type { NetworkKernel } from '../ports/kernel.ts';
import type { NetworkView } from './vrrp-network.ts';
import type { PathRoute } from './vrrp-paths.ts';
import type { VrrpPorts } from './vrrp-ports.ts';

export type Vmac = {
  /** Why it cannot be used; undefined: it can, or none is wanted. */
  readonly fault: () => string | undefined;
  /** The paths of the instance, with the macvlan as the first one; the same for the same ones. */
  readonly routesFor: (routes: readonly PathRoute[]) => readonly PathRoute[];
  /** Looks at the network view again. */
  readonly refresh: () => void;
  /** Once its addresses are gone. */
  readonly remove: () => Promise<void>;
};

type VmacPorts = Pick<VrrpPorts, 'openVrrpSocket' | 'sysctl'> & {
  readonly network: NetworkKernel;
  readonly view: NetworkView;
  readonly clock: Clock;
  /** It may be usable now: {@link Vmac.refresh} is to be called. */
  readonly onChanged: () => void;
};

const retryMs = 5000;

/** RFC 9568 §7.3: 00-00-5E-00-01-{VRID} for IPv4, 00-00-5E-00-02-{VRID} for IPv6. */
export const virtualRouterMac = (family: Family, virtualRouterId: number): Mac =>
  macFromBytes(Uint8Array.of(0, 0, 0x5e, 0, family === 'inet' ? 1 : 2, virtualRouterId));

/** @param config its `vmac`, interface, family and VRID never change. */
export function createVmac(config: VrrpInstanceConfig, ports: VmacPorts): Vmac {
  const { network, view, sysctl } = ports;
  const { vmac: name, interface: parent, family } = config;
  if (name === undefined) return none;
  const mac = virtualRouterMac(family, config.virtualRouterId);
  /** What we changed on the parent, as it was. */
  const before = new Map<string, string>();
  let adverts: { readonly port: DatagramPort; readonly index: number } | undefined;
  let refusal: string | undefined;
  let routes: { readonly given: readonly PathRoute[]; readonly sent: readonly PathRoute[] } = {
    given: [],
    sent: [],
  };
  let making = false;
  let removed = false;

  function set(key: string, value: string, keep = false): void {
    const found = sysctl.read(key);
    if (found === undefined || found === value) return;
    if (keep) before.set(key, found);
    sysctl.write(key, value);
  }

  /** The macvlan answers for its addresses, and the parent, which gets the same requests, does not. */
  function settle(): void {
    set(`net/ipv4/conf/${name}/arp_ignore`, '1');
    set(`net/ipv4/conf/${name}/accept_local`, '1');
    // Loose: answers leave through the parent. The larger of this and conf/all counts, so 0 might not be heeded.
    set(`net/ipv4/conf/${name}/rp_filter`, '2');
    set(`net/ipv6/conf/${name}/autoconf`, '0');
    set(`net/ipv6/conf/${name}/accept_ra`, '0');
    set(`net/ipv4/conf/${parent}/arp_ignore`, '1', true);
    set(`net/ipv4/conf/${parent}/arp_filter`, '1', true);
    // Nor does it ask in their name, which would teach the neighbours its own MAC address.
    set(`net/ipv4/conf/${parent}/arp_announce`, '2', true);
  }

  async function make(link: string, parentIndex: number): Promise<void> {
    making = true;
    let error = await network.addMacvlan({ name: link, parentIndex, mac });
    // We may not have heard yet that it is there.
    if (error === undefined || error.code === 'EEXIST') {
      settle();
      error = await network.setLinkUp(link);
    }
    making = false;
    if (error !== undefined) retryAfter(`vmac_refused: ${error.message}`);
    else if (view.linkNamed(link) !== undefined) ports.onChanged();
  }

  function retryAfter(reason: string): void {
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

  function refresh(): void {
    if (removed || making || refusal !== undefined) return;
    const [link, parentLink] = [view.linkNamed(name ?? ''), view.linkNamed(parent)];
    if (link === undefined) {
      closeSocket();
      if (parentLink !== undefined) void make(name ?? '', parentLink.index);
    } else if (link.mac !== mac) retryAfter(`vmac_refused: ${name} has another MAC address`);
    else if (link.up) open(link);
    else {
      // One that we left behind, or that somebody has put down.
      settle();
      void network.setLinkUp(link.name);
    }
  }

  return {
    fault: () => (adverts === undefined ? (refusal ?? 'vmac_missing') : undefined),
    routesFor: (given) => {
      if (given !== routes.given) routes = { given, sent: given.map(overMacvlan) };
      return routes.sent;
    },
    refresh,
    remove: async () => {
      removed = true;
      closeSocket();
      if (view.linkNamed(name)?.mac === mac) await network.removeLink(name);
      for (const [key, value] of before) sysctl.write(key, value);
    },
  };
}

const none: Vmac = {
  fault: () => undefined,
  routesFor: (routes) => routes,
  refresh: () => {},
  remove: async () => {},
};
