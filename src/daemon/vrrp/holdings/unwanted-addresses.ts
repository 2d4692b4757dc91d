// Virtual addresses that somebody puts on this host although its router does not serve: they are taken off again. Our own
// additions and removals cross with what the kernel tells of them, so a moment is waited before.
import type { FullReason } from '../../../model/vrrp.ts';
import { formatPrefix, type Prefix } from '../../../net/prefix.ts';
import type { VirtualAddress } from '../../../net/virtual-address.ts';
import type { Clock } from '../../../ports/clock.ts';
import type { AddressEntry } from '../../../ports/kernel.ts';
import { createPace } from '../../pace/pace.ts';
import type { HeldAddress } from './address-installer.ts';
import type { AddressPlaces } from './address-places.ts';

const crossingMs = 200;

export type UnwantedAddresses = {
  /** An address has come. */
  readonly note: (entry: AddressEntry) => void;
  readonly close: () => void;
};

export type UnwantedPorts = {
  readonly clock: Clock;
  readonly places: AddressPlaces;
  /** Those that are to be there, by their names. */
  readonly held: ReadonlyMap<string, HeldAddress>;
  readonly remove: (addresses: readonly Prefix[], reason: FullReason) => Promise<void>;
};

export function createUnwantedAddresses({ clock, places, held, remove }: UnwantedPorts): UnwantedAddresses {
  const noted = new Map<string, VirtualAddress>();
  const pace = createPace(clock, { gatherMs: crossingMs });

  const isThere = (vip: VirtualAddress): boolean => {
    const index = held.has(formatPrefix(vip)) ? undefined : places.indexOf(vip);
    return index !== undefined && places.presentOn(index, vip) !== undefined;
  };

  function removeThose(): void {
    const there = [...noted.values()].filter(isThere);
    noted.clear();
    if (there.length > 0) void remove(there, 'not_active');
  }

  return {
    note: ({ address, prefixLength: length, interfaceIndex }) => {
      const vip = places.configured({ address, length });
      if (vip === undefined || held.has(formatPrefix(vip)) || interfaceIndex !== places.indexOf(vip)) return;
      noted.set(formatPrefix(vip), vip);
      pace.soon(removeThose);
    },
    close: pace.cancel,
  };
}
