// The interfaces that the routers of this process share, each with its sockets once for every kind of adverts; opened when
// the first router wants it, and forgotten when the last one has left.
import type { VrrpInstanceConfig } from '../../../model/config/router.ts';
import { channelOf } from '../router-config.ts';
import type { AdvertChannel } from '../vrrp-ports.ts';
import { type InterfacePorts, openVrrpInterface, type VrrpInterface } from './interface.ts';

export type VrrpInterfaces = {
  /** Of that instance, the one of its addresses first. */
  readonly of: (config: VrrpInstanceConfig) => readonly [VrrpInterface, ...VrrpInterface[]];
  /** All look at the network view again. */
  readonly refresh: () => void;
  /** Once, after what happens just now: addresses come and go by the hundred. */
  readonly refreshSoon: () => void;
};

export function createInterfaces(ports: InterfacePorts): VrrpInterfaces {
  const open = new Map<string, VrrpInterface>();
  let isRefreshingSoon = false;

  function at(place: { readonly name: string; readonly channel: AdvertChannel }): VrrpInterface {
    const key = JSON.stringify(place);
    const known = open.get(key);
    if (known !== undefined) return known;
    const opened = openVrrpInterface(place, ports, () => open.delete(key));
    open.set(key, opened);
    return opened;
  }

  const refresh = () => {
    for (const device of open.values()) device.refresh();
  };

  return {
    of: (config) => {
      const channel = channelOf(config);
      const further = (config.furtherInterfaces ?? []).map((name) => at({ name, channel }));
      return [at({ name: config.interface, channel }), ...further];
    },
    refresh,
    refreshSoon: () => {
      if (isRefreshingSoon) return;
      isRefreshingSoon = true;
      ports.clock.afterPoll(() => {
        isRefreshingSoon = false;
        refresh();
      });
    },
  };
}
