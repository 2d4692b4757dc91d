// Whether an earlier run has left the routes and rules of a router without an address: then it serves already, and a start
// goes on with them as with addresses (vrrp/hold.ts). They have no lease: what was left long ago looks the same, and goes
// with the first advert of another router. Where there are addresses, these tell.
import type { VrrpInstanceConfig } from '../../../model/config/router.ts';
import type { NetworkKernel } from '../../../ports/kernel.ts';
import { foundOf } from '../../../vrrp/diff-floating.ts';
import { type FloatingRoutes, isEmpty } from '../../../vrrp/floating.ts';
import type { NetworkView } from '../network-view.ts';
import { floatingAddresses } from '../router-config.ts';
import { observeFloating, placedSet } from './floating-kernel.ts';

export const floatingRoutesOf = ({
  name,
  virtualRoutes,
  virtualRules,
}: VrrpInstanceConfig): FloatingRoutes => ({
  instance: name,
  routes: virtualRoutes ?? [],
  rules: virtualRules ?? [],
});

/** @returns undefined where it need not be asked. */
export function findLeftRoutes(
  config: VrrpInstanceConfig,
  ports: { readonly network: NetworkKernel; readonly view: NetworkView },
): Promise<boolean> | undefined {
  const floating = floatingRoutesOf(config);
  if (isEmpty(floating) || floatingAddresses(config).length > 0) return undefined;
  return find(floating, ports);
}

/** Looked for once, before the start. */
export function createLeftRoutes(
  config: () => VrrpInstanceConfig,
  ports: { readonly network: NetworkKernel; readonly view: NetworkView },
) {
  let isLeft = false;
  return {
    look: (): Promise<void> | undefined =>
      findLeftRoutes(config(), ports)?.then((found) => {
        isLeft = found;
      }),
    found: () => isLeft,
  };
}

async function find(
  floating: FloatingRoutes,
  { network, view }: { readonly network: NetworkKernel; readonly view: NetworkView },
): Promise<boolean> {
  const named = placedSet([floating], view);
  const { found } = await observeFloating(named, network);
  const { routes, rules } = foundOf(named, found);
  return routes.length + rules.length > 0;
}
