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
import { createPace, type Pace } from '../../pace/pace.ts';
import type { RateLimit } from '../../pace/rate-limit.ts';
import type { PathRoute } from '../adverts/paths.ts';
import type { NetworkView } from '../network-view.ts';
import type { VrrpPorts } from '../vrrp-ports.ts';
import type { Claimant, Claims } from './claims.ts';
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

/** One macvlan, and how far it is made. */
type Macvlan = {
  readonly ports: VmacPorts;
  readonly name: string;
  readonly parent: string;
  readonly mac: Mac;
  readonly family: Family;
  readonly claimant: Claimant;
  readonly pace: Pace;
  /** Open while it can be used. */
  adverts?: { readonly port: DatagramPort; readonly index: number } | undefined;
  /** What the kernel refused; until it is tried again. */
  refusal?: FullReason | undefined;
  isMaking: boolean;
  isRemoved: boolean;
};

/** @param config its `vmac`, interface, family and VRID never change. */
export function createVmac(config: VrrpInstanceConfig, ports: VmacPorts): Vmac {
  const { vmac: name, interface: parent, family, virtualRouterId } = config;
  if (name === undefined) return none;
  const macvlan: Macvlan = {
    ...{ ports, name, parent, family, mac: virtualRouterMac(family, virtualRouterId) },
    ...{ claimant: { instance: config.name }, pace: createPace(ports.clock) },
    ...{ isMaking: false, isRemoved: false },
  };
  const isOpen = () => macvlan.adverts !== undefined;
  const isParentUp = () => ports.view.linkNamed(parent)?.running === true;
  return {
    fault: () => (isOpen() ? undefined : (macvlan.refusal ?? 'vmac_missing')),
    routesFor: createRoutesOver(() => macvlan.adverts?.port),
    refresh: () => refresh(macvlan),
    pending: () => !isOpen() && macvlan.refusal === undefined && isParentUp(),
    missing: () => ports.claims.refused(macvlan.claimant),
    remove: () => remove(macvlan),
  };
}

/** The first path sends over the macvlan. The same routes for the same ones. */
function createRoutesOver(socket: () => DatagramPort | undefined): Vmac['routesFor'] {
  let last: { readonly given: readonly PathRoute[]; readonly sent: readonly PathRoute[] } | undefined;
  return (given) => {
    if (given === last?.given) return last.sent;
    const sent = given.map((route, index) =>
      index > 0 ? route : { ...route, device: { ...route.device, socket } },
    );
    last = { given, sent };
    return sent;
  };
}

function refresh(macvlan: Macvlan): void {
  const { ports, name, parent, mac, pace, adverts } = macvlan;
  if (isHeldUp(macvlan)) return;
  const link = ports.view.linkNamed(name);
  if (link === undefined) closeSocket(macvlan);
  if (link !== undefined && isWell(macvlan, link)) use(macvlan, link);
  else if (link !== undefined && link.mac !== mac && adverts?.index !== link.index)
    retryAfter(macvlan, `vmac_refused: ${name} has another MAC address`);
  else if (link !== undefined || ports.view.linkNamed(parent) !== undefined) pace.soon(() => repair(macvlan));
}

const isHeldUp = ({ isRemoved, isMaking, refusal }: Macvlan): boolean =>
  isRemoved || isMaking || refusal !== undefined;

const isWell = ({ mac }: Macvlan, link: Link): boolean => link.mac === mac && link.up;

/** By what is there when its turn comes: one that was set down may have been deleted since. */
function repair(macvlan: Macvlan): void {
  if (isHeldUp(macvlan)) return;
  const { view } = macvlan.ports;
  const [link, parentLink] = [view.linkNamed(macvlan.name), view.linkNamed(macvlan.parent)];
  if (link !== undefined) mend(macvlan, link);
  else if (parentLink !== undefined) void make(macvlan, parentLink.index);
}

async function make(macvlan: Macvlan, parentIndex: number): Promise<void> {
  const { name, mac, ports } = macvlan;
  const { network } = ports;
  macvlan.isMaking = true;
  ports.claims.claimLink(macvlan.claimant, { name, mac });
  let error = await network.addMacvlan({ name, parentIndex, mac });
  // We may not have heard yet that it is there.
  if (error === undefined || error.code === 'EEXIST') {
    claimSettings(macvlan);
    error = await network.setLinkUp(name);
  }
  macvlan.isMaking = false;
  if (macvlan.isRemoved) void network.removeLink(name);
  else if (error !== undefined) retryAfter(macvlan, `vmac_refused: ${error.message}`);
  else if (ports.view.linkNamed(name) !== undefined) ports.onChanged();
}

function retryAfter(macvlan: Macvlan, reason: FullReason): void {
  macvlan.refusal = reason;
  macvlan.ports.clock.after(retryMs, () => {
    macvlan.refusal = undefined;
    if (!macvlan.isRemoved) macvlan.ports.onChanged();
  });
}

function claimSettings({ name, parent, claimant, ports }: Macvlan): void {
  for (const setting of settingsOfVmac(name, parent)) ports.claims.set(claimant, setting);
}

function use(macvlan: Macvlan, link: Link): void {
  const { adverts, claimant, mac, ports } = macvlan;
  if (adverts?.index === link.index) return;
  ports.claims.claimLink(claimant, { name: link.name, mac });
  claimSettings(macvlan);
  open(macvlan, link);
}

function open(macvlan: Macvlan, { name, index }: Link): void {
  closeSocket(macvlan);
  const { ports, family } = macvlan;
  const opened = ports.openVrrpSocket({ name, index }, { family, sendOnly: true });
  if (opened.ok) {
    macvlan.adverts = { port: opened.value, index };
    opened.value.onError(() => {});
  } else retryAfter(macvlan, `vmac_refused: ${opened.error.step}: ${opened.error.code}`);
}

function closeSocket(macvlan: Macvlan): void {
  macvlan.adverts?.port.close();
  macvlan.adverts = undefined;
}

/** One that we left behind down, or that somebody has altered since. */
function mend(macvlan: Macvlan, link: Link): void {
  const { adverts, claimant, mac, ports } = macvlan;
  if (isWell(macvlan, link)) return;
  ports.claims.claimLink(claimant, { name: link.name, mac });
  claimSettings(macvlan);
  if (link.mac !== mac) void ports.network.setLinkMac(link.name, mac);
  if (!link.up) void ports.network.setLinkUp(link.name);
  if (adverts?.index === link.index) tellMended(macvlan, link);
}

function tellMended({ mac, claimant, ports }: Macvlan, link: Link): void {
  const [from, to] = link.mac === mac ? ['down', 'up'] : [link.mac ?? 'none', mac];
  const { instance } = claimant;
  ports.limit.note(`${instance} restored ${link.name}`, (count) =>
    ports.emit({ event: 'vrrp.restored', instance, what: link.name, from, to, count }),
  );
}

async function remove(macvlan: Macvlan): Promise<void> {
  const { name, mac, claimant, pace, ports } = macvlan;
  macvlan.isRemoved = true;
  pace.cancel();
  closeSocket(macvlan);
  const isOurs = ports.claims.release(claimant).includes(name) && ports.view.linkNamed(name)?.mac === mac;
  if (isOurs) await ports.network.removeLink(name);
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
  // The kernel reports twice that an address and its group are gone: up to two seconds after the successor has the MAC
  // address, which switches would follow back. (Milliseconds that are whole ticks at every HZ: it reads as it was written.)
  ...['mldv1', 'mldv2'].map((version) => ({
    ...{ key: `net/ipv6/conf/${name}/${version}_unsolicited_report_interval`, value: '20', keep: false },
  })),
  { key: `net/ipv4/conf/${parent}/arp_ignore`, value: '1', keep: true },
  { key: `net/ipv4/conf/${parent}/arp_filter`, value: '1', keep: true },
  // Nor does it ask in their name, which would teach the neighbours its own MAC address.
  { key: `net/ipv4/conf/${parent}/arp_announce`, value: '2', keep: true },
];
