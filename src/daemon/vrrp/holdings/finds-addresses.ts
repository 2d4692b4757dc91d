// Whether an earlier run has left virtual addresses in the kernel with time on their lease, or the routes of a router
// without any: then this director serves already, and a start does not wait before it speaks for them. What is done with
// them is vrrp/hold.ts's.
import type { VrrpInstanceConfig } from '../../../model/config/router.ts';
import type { Clock } from '../../../ports/clock.ts';
import type { NetworkKernel } from '../../../ports/kernel.ts';
import { createNetworkView } from '../network-view.ts';
import { deviceOfAddress, floatingAddresses } from '../router-config.ts';
import { findLeftRoutes } from './left-routes.ts';

/** Where the kernel cannot be asked, there are none. */
export async function findsAddresses(
  instances: readonly VrrpInstanceConfig[],
  { network, clock }: { readonly network: NetworkKernel; readonly clock: Clock },
): Promise<boolean> {
  const view = createNetworkView(network, clock);
  if ((await view.load()) !== undefined) return false;
  const left = await Promise.all(instances.map((config) => findLeftRoutes(config, { network, view })));
  if (left.includes(true)) return true;
  return instances.some((config) =>
    floatingAddresses(config).some((vip) => {
      const index = view.linkNamed(deviceOfAddress(config, vip))?.index;
      return view
        .placesOf(vip.address)
        .some((found) => found.interfaceIndex === index && found.validLifetime !== 'forever');
    }),
  );
}
