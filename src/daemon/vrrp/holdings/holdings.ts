// What an active router holds in the kernel, as one: its addresses with their lease, the routes and rules that need
// them, and what the neighbours were told. Routes come after the addresses and go before them.
import type { VrrpInstanceConfig } from '../../../model/config/router.ts';
import type { FullReason } from '../../../model/vrrp.ts';
import { formatPrefix, type Prefix } from '../../../net/prefix.ts';
import { isEmpty } from '../../../vrrp/floating.ts';
import type { Effect } from '../../../vrrp/types.ts';
import type { InterfacePorts, VrrpInterface } from '../adverts/interface.ts';
import { floatingAddresses } from '../router-config.ts';
import { type AddressLeases, createAddressLeases } from './address-leases.ts';
import { createAnnouncer } from './announcer.ts';
import { createCalmAnnouncements } from './calm-announcements.ts';
import type { FloatingKeeper, Missing } from './floating-routes.ts';
import { createLeftRoutes, floatingRoutesOf } from './left-routes.ts';
import { createLinger, lingersAfter } from './linger.ts';

export type Holdings = {
  /** Settle when the kernel has answered. */
  readonly add: (addresses: readonly Prefix[]) => Promise<void>;
  readonly remove: (addresses: readonly Prefix[], reason: FullReason) => Promise<void>;
  /** The role is back: what is about to be removed stays. */
  readonly stay: () => void;
  /** Before {@link Holdings.adopt}, where that must ask. */
  readonly prepare: () => Promise<void> | undefined;
  /** Takes over what an earlier run has left. @returns whether there is any. */
  readonly adopt: (addresses: readonly Prefix[]) => boolean;
  /** All addresses that are to be there; those that are not are tried again. @param atLeastUs of lease. */
  readonly renew: (atLeastUs?: number) => Promise<void>;
  readonly announce: (round: Extract<Effect, { readonly type: 'announce' }>) => void;
  readonly installed: () => readonly Prefix[];
  /** What should be held and is not, and why. */
  readonly missing: () => readonly Missing[];
  /** The config is another one now. @param serving whether routes that are new in it are added */
  readonly onConfig: (before: VrrpInstanceConfig, serving: boolean) => void;
  /** Nothing is heard or told any more; what is held stays. */
  readonly close: () => void;
};

export type HoldingsPorts = InterfacePorts & {
  /** Of all instances of the process. */
  readonly routes: FloatingKeeper;
  readonly config: () => VrrpInstanceConfig;
  /** The kernel took an address because it was not renewed in time. */
  readonly onExpired: () => void;
};

/** @param device whose socket tells the neighbours. */
export function createHoldings(device: VrrpInterface, ports: HoldingsPorts): Holdings {
  const { clock, config, routes } = ports;
  /** Thousands of addresses are not there yet when the first ones are announced, as the advert cannot wait. */
  let announcedMeanwhile = false;
  const leases = createAddressLeases(() => leaseSettingsOf(config()), {
    ...ports,
    kernel: ports.network,
    onInstalled: (addresses) => {
      restored.announce(addresses);
      // The kernel takes routes along with the address that is their source.
      routes.checkSoon();
    },
  });
  const announcer = createAnnouncer(device, { ...ports, isInstalled: leases.isInstalled });
  const restored = createCalmAnnouncements(clock, (addresses) => {
    if (announcer.announceMore(addresses, config().garpRepeat)) announcer.log(addresses.length, 1);
  });
  const unfollow = ports.view.onChange(leases.onNetworkChange);
  const turns = createTurns();
  const linger = createLinger(clock);
  const left = createLeftRoutes(config, ports);

  return {
    add: async (addresses) => {
      turns.add(addresses);
      announcedMeanwhile = false;
      let late = 0;
      await leases.add(addresses, (came) => {
        if (announcedMeanwhile && announcer.announceMore(came, config().garpRepeat)) late += came.length;
      });
      if (late > 0) announcer.log(late, 1);
      const floating = floatingRoutesOf(config());
      if (!isEmpty(floating)) await routes.hold(floating);
    },
    remove: (addresses, reason) => {
      const { still, isLast } = turns.notAddedSince(addresses);
      const takeOff = () => removeHeld(leases, { routes, config: config(), still, isLast, reason });
      return lingersAfter.has(reason) ? linger.before(takeOff) : takeOff();
    },
    stay: linger.stay,
    prepare: left.look,
    adopt: (addresses) => leases.adopt(addresses) || left.found(),
    renew: leases.renew,
    announce: (round) => {
      announcedMeanwhile = true;
      announcer.announce(leases.installed(), round);
    },
    installed: leases.installed,
    missing: () => [...leases.missing(), ...routes.missing(config().name)],
    onConfig: (before, serving) =>
      void routes.change(floatingRoutesOf(before), floatingRoutesOf(config()), serving),
    close: () => {
      routes.forget(config().name);
      leases.close();
      unfollow();
      restored.close();
      announcer.close();
    },
  };
}

type Removal = {
  readonly routes: FloatingKeeper;
  readonly config: VrrpInstanceConfig;
  /** Those that are not wanted again meanwhile. */
  readonly still: () => readonly Prefix[];
  /** Nothing is wanted again meanwhile: all that tells of a router without addresses. */
  readonly isLast: () => boolean;
  readonly reason: FullReason;
};

/** A reconfiguration takes some of the addresses, and none of the routes that stay. */
async function removeHeld(leases: AddressLeases, removal: Removal): Promise<void> {
  const { routes, config, still, isLast, reason } = removal;
  const floating = floatingRoutesOf(config);
  const leaves = still().length > 0 || isLast();
  if (!isEmpty(floating) && reason !== 'reconfigured' && leaves) await routes.release(floating);
  await leases.remove(still(), reason);
}

/** In which turn each address was wanted last: a removal that comes late takes none that is wanted again. */
function createTurns() {
  const addedIn = new Map<string, number>();
  let turn = 0;
  return {
    add: (addresses: readonly Prefix[]) => {
      turn += 1;
      for (const prefix of addresses) addedIn.set(formatPrefix(prefix), turn);
    },
    /** `still`: those of them that have not been added again when it is called. */
    notAddedSince: (addresses: readonly Prefix[]) => {
      const asked = turn;
      return {
        still: () => addresses.filter((prefix) => (addedIn.get(formatPrefix(prefix)) ?? 0) <= asked),
        isLast: () => turn === asked,
      };
    },
  };
}

const leaseSettingsOf = (config: VrrpInstanceConfig) => ({
  instance: config.name,
  interface: config.vmac ?? config.interface,
  addresses: floatingAddresses(config),
  leaseSec: config.vipLeaseSec,
  owner: config.priority === 255,
});
