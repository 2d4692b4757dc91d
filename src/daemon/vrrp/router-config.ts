// The configuration of an instance as its state machine wants it: microseconds, and the source address that
// its interface has at present. Which address of several is the source is decided here. docs/reference/vrrp.md §1.1.
import type { VrrpInstanceConfig } from '../../model/config/router.ts';
import { familyOf, type Ip, ip, isLinkLocal } from '../../net/ip.ts';
import { formatPrefix, type Prefix } from '../../net/prefix.ts';
import type { VirtualAddress } from '../../net/virtual-address.ts';
import type { AddressEntry } from '../../ports/kernel.ts';
import type { RouterConfig } from '../../vrrp/types.ts';
import type { NetworkView } from './network-view.ts';
import type { AdvertChannel } from './vrrp-ports.ts';

/** Stands for "none yet": such a router is in fault and sends nothing. */
export const noSource: Ip = ip('0.0.0.0');

/** @param priorityOffset what tracking adds at present. */
export function routerConfigOf(
  config: VrrpInstanceConfig,
  sourceAddress: Ip,
  priorityOffset = 0,
): RouterConfig {
  return {
    name: config.name,
    virtualRouterId: config.virtualRouterId,
    version: config.version,
    family: config.family,
    priority: config.priority,
    ...(priorityOffset !== 0 && { priorityOffset }),
    ...(config.syncGroup !== undefined && { grouped: true }),
    advertIntervalUs: 1000 * config.advertIntervalMs,
    preempt: config.preempt,
    preemptDelayUs: 1000 * config.preemptDelayMs,
    ...addressesOf(config),
    sourceAddress,
    unicastPeers: config.unicastPeers,
    ...(config.peerTtl !== undefined && { peerTtl: config.peerTtl }),
    ...(config.authPass !== undefined && { authPass: config.authPass }),
    leaseUs: config.vipLeaseSec === 'off' ? 'off' : 1_000_000 * config.vipLeaseSec,
    garpRepeat: config.garpRepeat,
    garpDelayUs: 1000 * config.garpDelayMs,
    garpRefreshUs: 1000 * config.garpRefreshMs,
    ...(config.assertsAtOnce === false && { assertsAtOnce: false }),
    ...(config.saysLastWord === false && { saysLastWord: false }),
    ...(config.garpLowerRepeat !== undefined && { garpLowerRepeat: config.garpLowerRepeat }),
    ...(config.garpLowerDelayMs !== undefined && { garpLowerDelayUs: 1000 * config.garpLowerDelayMs }),
    ...(config.garpRefreshRepeat !== undefined && { garpRefreshRepeat: config.garpRefreshRepeat }),
  };
}

/** The same one while nothing that it is made of has changed: it may have thousands of addresses. */
export function createRouterConfigs() {
  let made: { config: VrrpInstanceConfig; source: Ip; offset: number; router: RouterConfig } | undefined;
  return {
    of: (config: VrrpInstanceConfig, source: Ip, offset: number): RouterConfig => {
      if (made?.config !== config || made.source !== source || made.offset !== offset)
        made = { config, source, offset, router: routerConfigOf(config, source, offset) };
      return made.router;
    },
  };
}

function addressesOf(config: VrrpInstanceConfig) {
  const { virtualAddresses, excludedAddresses = [] } = config;
  const advertised = excludedAddresses.length === 0 ? {} : { advertised: virtualAddresses.length };
  return { addresses: floatingAddresses(config), ...advertised };
}

const devicesOf = new WeakMap<VrrpInstanceConfig, ReadonlyMap<string, string>>();

/** The device that carries the address: its own, the macvlan of the instance, or the instance's interface. */
export function deviceOfAddress(config: VrrpInstanceConfig, prefix: Prefix): string {
  const known = devicesOf.get(config) ?? ownDevices(config);
  devicesOf.set(config, known);
  return known.get(formatPrefix(prefix)) ?? config.vmac ?? config.interface;
}

const ownDevices = (config: VrrpInstanceConfig): ReadonlyMap<string, string> =>
  new Map(
    floatingAddresses(config).flatMap((vip) =>
      vip.device === undefined ? [] : [[formatPrefix(vip), vip.device] as const],
    ),
  );

const floatingOf = new WeakMap<VrrpInstanceConfig, readonly VirtualAddress[]>();

/** All that come and go, advertised or not; the same list for the same configuration. */
export function floatingAddresses(config: VrrpInstanceConfig): readonly VirtualAddress[] {
  const { virtualAddresses, excludedAddresses = [] } = config;
  const known = floatingOf.get(config) ?? [...virtualAddresses, ...excludedAddresses];
  floatingOf.set(config, known);
  return known;
}

/** Where its adverts travel: instances with the same one share a socket. */
export const channelOf = (config: VrrpInstanceConfig): AdvertChannel => {
  const { family, unicastPeers, peerTtl = [], multicastGroup: group } = config;
  const own = group === undefined || unicastPeers.length > 0 ? {} : { group };
  return family === 'inet'
    ? { family, ...own }
    : { family, ...own, ...(unicastPeers.length > 0 && { unicast: peerTtl }) };
};

export type SourceRequest = {
  readonly config: VrrpInstanceConfig;
  readonly view: NetworkView;
  /** Whether any instance of this director floats that address. */
  readonly isVirtual: (address: Ip) => boolean;
  /** Kept as long as it is there: the tie-break must not move without need. */
  readonly current: Ip;
};

/**
 * The configured source, else the primary address of the interface that floats nowhere, of IPv6 a link-local one
 * (RFC 9568 §5.1.2.1); an owner may have no other than its virtual one (§5.1.1.1). Undefined: there is none.
 */
export function sourceAddressOf({ config, view, isVirtual, current }: SourceRequest): Ip | undefined {
  const wanted = config.sourceAddress;
  if (wanted !== undefined) return view.placesOf(wanted).some(isUsable) ? wanted : undefined;
  const link = view.linkNamed(config.interface);
  const entries = link === undefined ? [] : view.addressesOn(link.index).filter(isUsable);
  const present = entries.map(({ address }) => address).filter((address) => reaches(config, address));
  const fixed = present.filter((address) => !isVirtual(address));
  if (fixed.includes(current)) return current;
  return fixed[0] ?? (config.priority === 255 ? present[0] : undefined);
}

/** RFC 4862 §5.4: nothing is sent from an address that another host may have. */
const isUsable = ({ tentative }: AddressEntry): boolean => tentative !== true;

/** Whether adverts from there arrive: the group and link-local peers are of this link, others need not be. */
function reaches({ family, unicastPeers }: VrrpInstanceConfig, address: Ip): boolean {
  if (familyOf(address) !== family) return false;
  return family === 'inet' || isLinkLocal(address) === unicastPeers.every(isLinkLocal);
}
