// What the main process does in place of a VRRP process that keeps dying: resigns for every instance, so that
// the peers need not wait for the timeout, and takes the virtual addresses off. It elects nobody.
// DESIGN.md §2 (processes), §1 property 2 for the case where nobody is left to do this.
import type { VrrpInstanceConfig } from '../config/config.ts';
import type { Ip } from '../net/ip.ts';
import type { Prefix } from '../net/prefix.ts';
import type { DatagramPort } from '../ports/datagram.ts';
import type { AddressEntry, NetworkKernel } from '../ports/kernel.ts';
import { RESIGNED_PRIORITY } from '../vrrp/election.ts';
import { type AdvertRoute, advertRoutesOf } from './vrrp-advert-routes.ts';
import { packetFor } from './vrrp-advert-sender.ts';
import { createRouteKeeper } from './vrrp-floating-routes.ts';
import { createNetworkView, type NetworkView } from './vrrp-network.ts';
import type { Emit, VrrpPorts } from './vrrp-ports.ts';
import {
  channelOf,
  deviceOfAddress,
  floatingAddresses,
  noSource,
  routerConfigOf,
} from './vrrp-router-config.ts';

export type CleanupPorts = Pick<VrrpPorts, 'clock' | 'network' | 'openVrrpSocket'> & { readonly emit: Emit };

/**
 * Priority 0 goes out, then the addresses go. An instance whose interface is gone is left out. Never rejects.
 * @param wasActive those that held the role, as far as is known: only they resign.
 */
export async function resignFor(
  instances: readonly VrrpInstanceConfig[],
  wasActive: (instance: string) => boolean,
  ports: CleanupPorts,
): Promise<void> {
  const view = createNetworkView(ports.network, ports.clock);
  if ((await view.load()) !== undefined) return;
  const isVirtual = (address: Ip) =>
    instances.some((config) => floatingAddresses(config).some((vip) => vip.address === address));
  await Promise.all(
    instances
      .filter(({ name }) => wasActive(name))
      .flatMap((config) =>
        advertRoutesOf({ config, view, isVirtual, current: () => noSource }).map((route) =>
          sendResignation(config, route, { view, openVrrpSocket: ports.openVrrpSocket }),
        ),
      ),
  );
  for (const config of instances) await removeAddresses(config, view, ports);
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

/** An owner's addresses may be the host's own: they stay (vrrp-addresses.ts). */
async function removeAddresses(
  config: VrrpInstanceConfig,
  view: NetworkView,
  { network, emit }: { readonly network: NetworkKernel; readonly emit: Emit },
): Promise<void> {
  await createRouteKeeper(
    () => ({ instance: config.name, routes: config.virtualRoutes ?? [], rules: config.virtualRules ?? [] }),
    { network, view, emit },
  ).remove();
  const indexOf = (vip: Prefix) => view.linkNamed(deviceOfAddress(config, vip))?.index;
  const present = floatingAddresses(config).flatMap((vip) =>
    view
      .placesOf(vip.address)
      .filter((found) => found.interfaceIndex === indexOf(vip) && found.prefixLength === vip.length)
      .filter((found) => config.priority !== 255 || found.validLifetime !== 'forever'),
  );
  if (present.length === 0) return;
  const results = await network.removeAddresses(present);
  for (const [i, entry] of present.entries()) {
    if (results[i] !== undefined) continue;
    emit({ event: 'vip.removed', ...placeOf(config, entry), reason: 'vrrp_process_lost' });
  }
}

const placeOf = (config: VrrpInstanceConfig, entry: AddressEntry) => ({
  instance: config.name,
  interface: config.interface,
  address: `${entry.address}/${entry.prefixLength}`,
});
