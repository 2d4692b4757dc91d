// What the main process does in place of a VRRP process that keeps dying, or died before it was done: resigns for the
// instances that were active, so that the peers need not wait for the timeout, and takes off what they held. It elects
// nobody. docs/architecture.md "Two processes"; where nobody is left to do this, leases run out.

import type { Emit } from '../../journal/event.ts';
import type { VrrpInstanceConfig } from '../../model/config/router.ts';
import type { Ip } from '../../net/ip.ts';
import { formatPrefix, type Prefix } from '../../net/prefix.ts';
import { formatRoute, formatRule } from '../../net/route.ts';
import type { DatagramPort } from '../../ports/datagram.ts';
import { RESIGNED_PRIORITY } from '../../vrrp/election.ts';
import { createRateLimit } from '../pace/rate-limit.ts';
import { type AdvertRoute, advertRoutesOf } from './adverts/advert-routes.ts';
import { packetFor } from './adverts/sender.ts';
import { dropNothingOf } from './holdings/accept-filter.ts';
import { createClaims } from './holdings/claims.ts';
import { placedSet, removeFloating } from './holdings/floating-kernel.ts';
import type { LostInstance } from './holdings/held-instances.ts';
import { settingsOfVmac, virtualRouterMac } from './holdings/macvlan.ts';
import { createNetworkView, type NetworkView } from './network-view.ts';
import { channelOf, deviceOfAddress, floatingAddresses, noSource, routerConfigOf } from './router-config.ts';
import type { VrrpPorts } from './vrrp-ports.ts';

export type CleanupPorts = Pick<
  VrrpPorts,
  'clock' | 'network' | 'openVrrpSocket' | 'filter' | 'sysctl' | 'memory'
> & {
  readonly emit: Emit;
};

/**
 * Priority 0 goes out, then the addresses go, and what came with them. An instance whose interface is gone is left
 * out. Never rejects. @param kept who goes on: what they float as well stays.
 */
export async function resignFor(
  lost: readonly LostInstance[],
  kept: readonly VrrpInstanceConfig[],
  ports: CleanupPorts,
): Promise<void> {
  const view = createNetworkView(ports.network, ports.clock);
  const failure = await view.load();
  if (failure !== undefined) {
    tellLeft(lost, failure.message, ports.emit);
    return;
  }
  const all = [...lost.map(({ config }) => config), ...kept];
  const isVirtual = (address: Ip) =>
    all.some((config) => floatingAddresses(config).some((vip) => vip.address === address));
  await Promise.all(
    lost
      .filter(({ wasActive }) => wasActive)
      .flatMap(({ config }) =>
        advertRoutesOf({ config, view, isVirtual, current: () => noSource }).map((route) =>
          sendResignation(config, route, { view, openVrrpSocket: ports.openVrrpSocket }),
        ),
      ),
  );
  for (const { config } of lost) {
    await removeRoutes(config, kept, { ...ports, view });
    await removeAddresses(config, kept, { ...ports, view });
    await removeExtras(config, kept, { ...ports, view });
  }
  await releaseLeft(kept, ports);
}

/** Settings and macvlans that only a process that is gone had need of. @param kept who goes on */
export async function releaseLeft(
  kept: readonly VrrpInstanceConfig[],
  ports: Pick<CleanupPorts, 'clock' | 'network' | 'sysctl' | 'memory' | 'emit'>,
): Promise<void> {
  const claims = createClaims({ ...ports, limit: createRateLimit(ports.clock) });
  for (const { name: instance, vmac, interface: parent, family, virtualRouterId } of kept) {
    if (vmac === undefined) continue;
    const claimant = { instance };
    claims.claimLink(claimant, { name: vmac, mac: virtualRouterMac(family, virtualRouterId) });
    for (const setting of settingsOfVmac(vmac, parent)) claims.set(claimant, setting);
  }
  const left = claims.releaseLeft();
  if (left.size === 0) return;
  const links = await ports.network.links();
  for (const { name, mac } of links.ok ? links.value : []) {
    if (mac !== undefined && left.get(name) === mac) await ports.network.removeLink(name);
  }
}

/** Who cannot look does not say that nothing is left. */
export function tellLeft(lost: readonly LostInstance[], reason: string, emit: Emit): void {
  for (const { config } of lost) {
    for (const vip of floatingAddresses(config)) {
      const place = { interface: deviceOfAddress(config, vip), address: formatPrefix(vip) };
      emit({ event: 'vip.failed', instance: config.name, ...place, reason: `not removed: ${reason}` });
    }
  }
}

async function sendResignation(
  config: VrrpInstanceConfig,
  route: AdvertRoute,
  { view, openVrrpSocket }: { readonly view: NetworkView } & Pick<VrrpPorts, 'openVrrpSocket'>,
): Promise<void> {
  const link = view.linkNamed(route.interface);
  if (link === undefined) return;
  const socket = openVrrpSocket({ name: link.name, index: link.index }, channelOf(config));
  if (!socket.ok) return;
  const { source, destinations } = route;
  const router = routerConfigOf(config, source);
  await Promise.all(
    destinations.map((destination) =>
      sent(
        socket.value,
        packetFor(config, router, { priority: RESIGNED_PRIORITY, source, destination }),
        destination,
      ),
    ),
  );
  socket.value.close();
}

/** Whether it went out changes nothing here. */
const sent = (socket: DatagramPort, packet: Uint8Array, destination: Ip) =>
  new Promise<void>((resolve) => socket.send(packet, destination, () => resolve()));

type Sight = CleanupPorts & { readonly view: NetworkView };

async function removeRoutes(
  config: VrrpInstanceConfig,
  kept: readonly VrrpInstanceConfig[],
  ports: Sight,
): Promise<void> {
  const routes = new Set(kept.flatMap(({ virtualRoutes = [] }) => virtualRoutes.map(formatRoute)));
  const rules = new Set(kept.flatMap(({ virtualRules = [] }) => virtualRules.map(formatRule)));
  const { name: instance, virtualRoutes = [], virtualRules = [] } = config;
  const gone = {
    instance,
    routes: virtualRoutes.filter((route) => !routes.has(formatRoute(route))),
    rules: virtualRules.filter((rule) => !rules.has(formatRule(rule))),
  };
  await removeFloating(placedSet([gone], ports.view), ports.network);
}

/** An owner's addresses may be the host's own: they stay (address-leases.ts). */
async function removeAddresses(
  config: VrrpInstanceConfig,
  kept: readonly VrrpInstanceConfig[],
  { network, emit, view }: Sight,
): Promise<void> {
  const placeOf = (owner: VrrpInstanceConfig, vip: Prefix) =>
    `${deviceOfAddress(owner, vip)} ${formatPrefix(vip)}`;
  const goOn = new Set(kept.flatMap((each) => floatingAddresses(each).map((vip) => placeOf(each, vip))));
  const present = floatingAddresses(config)
    .filter((vip) => !goOn.has(placeOf(config, vip)))
    .flatMap((vip) => {
      const device = deviceOfAddress(config, vip);
      const index = view.linkNamed(device)?.index;
      return view
        .placesOf(vip.address)
        .filter((found) => found.interfaceIndex === index && found.prefixLength === vip.length)
        .filter((found) => config.priority !== 255 || found.validLifetime !== 'forever')
        .map((entry) => ({ entry, device }));
    });
  if (present.length === 0) return;
  const results = await network.removeAddresses(present.map(({ entry }) => entry));
  for (const [i, { entry, device }] of present.entries()) {
    const error = results[i];
    const address = `${entry.address}/${entry.prefixLength}`;
    const place = { instance: config.name, interface: device, address };
    if (error === undefined) emit({ event: 'vip.removed', ...place, reason: 'vrrp_process_lost' });
    // Its lease ran out meanwhile, or its interface is gone.
    else if (error.code !== 'EADDRNOTAVAIL' && error.code !== 'ENODEV')
      emit({ event: 'vip.failed', ...place, reason: `not removed: ${error.message}` });
  }
}

/** The rules that drop what is addressed to the addresses, and the macvlan that carried them. */
async function removeExtras(
  config: VrrpInstanceConfig,
  kept: readonly VrrpInstanceConfig[],
  { network, filter, view }: Sight,
): Promise<void> {
  if (!kept.some(({ name }) => name === config.name)) await dropNothingOf(config.name, filter);
  const { vmac, family, virtualRouterId } = config;
  if (vmac === undefined || kept.some((each) => each.vmac === vmac)) return;
  if (view.linkNamed(vmac)?.mac === virtualRouterMac(family, virtualRouterId)) await network.removeLink(vmac);
}
