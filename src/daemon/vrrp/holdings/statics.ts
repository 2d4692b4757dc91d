// The addresses, routes and rules that the director holds in every state: there before its virtual routers begin, put back
// when somebody removes them, gone when all have given their roles away. An address that the host has for ever is the host's
// own and stays; one of ours has a lifetime that never ends in practice, by which a later run knows it. Source:
// keepalived.conf(5), static_ipaddress; keepalived/vrrp/vrrp_daemon.c.
import type { StaticHoldings } from '../../../model/config/router.ts';
import { formatPrefix } from '../../../net/prefix.ts';
import type { FloatingRoutes } from '../../../vrrp/floating.ts';
import type { InterfacePorts } from '../adverts/interface.ts';
import { createAddressLeases } from './address-leases.ts';
import type { FloatingKeeper } from './floating-routes.ts';

export type Statics = {
  /** From now on these; settles when the kernel has answered. */
  readonly configure: (holdings?: StaticHoldings) => Promise<void>;
  /** What should be held and is not, and why. */
  readonly problems: () => readonly string[];
  /** None any more. */
  readonly release: () => Promise<void>;
  /** Nothing is heard any more; what is held stays. */
  readonly close: () => void;
};

export type StaticsPorts = InterfacePorts & { readonly routes: FloatingKeeper };

/** No name of a virtual router. */
export const staticsName = 'director/static';

/** Ten years. */
const leaseSec = 315_360_000;

const none: StaticHoldings = { addresses: [], routes: [], rules: [] };

export function createStatics(ports: StaticsPorts): Statics {
  const { routes, view } = ports;
  let held = none;
  const leases = createAddressLeases(
    // As of an owner: what the host has anyway stays the host's.
    () => ({ instance: staticsName, interface: '', addresses: held.addresses, leaseSec, owner: true }),
    {
      ...{ ...ports, kernel: ports.network },
      onInstalled: () => routes.checkSoon(),
      onExpired: () => {},
    },
  );
  const unfollow = view.onChange(leases.onNetworkChange);

  async function configure(holdings: StaticHoldings): Promise<void> {
    const before = held;
    const named = new Set(holdings.addresses.map(placeOf));
    const gone = before.addresses.filter((each) => !named.has(placeOf(each)));
    // By what was configured: it says on which device they are.
    if (gone.length > 0) await leases.remove(gone, 'reconfigured');
    held = holdings;
    await leases.add(holdings.addresses);
    await routes.change(routesOf(before), routesOf(holdings), true);
  }

  return {
    configure: (holdings = none) => configure(holdings),
    problems: () =>
      [...leases.missing(), ...routes.missing(staticsName)].map(
        ({ what, reason }) => `Cannot hold ${what} (static) now: expected it there, got ${reason}`,
      ),
    release: async () => {
      await routes.release(routesOf(held));
      await leases.remove(held.addresses, 'shutdown');
    },
    close: () => {
      routes.forget(staticsName);
      leases.close();
      unfollow();
    },
  };
}

const placeOf = (each: StaticHoldings['addresses'][number]): string => `${formatPrefix(each)} ${each.device}`;

const routesOf = ({ routes, rules }: StaticHoldings): FloatingRoutes => ({
  ...{ instance: staticsName, routes, rules },
});
