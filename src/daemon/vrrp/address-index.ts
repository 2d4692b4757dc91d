// The addresses of the host, found by address and by interface without a look at all others: there may be thousands.
import type { Ip } from '../../net/ip.ts';
import type { AddressEntry } from '../../ports/kernel.ts';

export type AddressIndex = {
  readonly reset: (entries: readonly AddressEntry[]) => void;
  /** @returns whether more than a lifetime is new of it. */
  readonly put: (entry: AddressEntry) => boolean;
  readonly drop: (entry: AddressEntry) => void;
  /** In the order in which they came: the kernel's, the primary one first. */
  readonly on: (interfaceIndex: number) => readonly AddressEntry[];
  readonly placesOf: (address: Ip) => readonly AddressEntry[];
};

export function createAddressIndex(): AddressIndex {
  const byAddress = new Map<Ip, readonly AddressEntry[]>();
  /** By address and length: one that is put again keeps its place. */
  const byInterface = new Map<number, Map<string, AddressEntry>>();

  function put(entry: AddressEntry): boolean {
    const places = byAddress.get(entry.address) ?? [];
    const before = places.find((each) => isSamePlace(each, entry));
    byAddress.set(
      entry.address,
      before === undefined ? [...places, entry] : places.map((each) => (each === before ? entry : each)),
    );
    const there = byInterface.get(entry.interfaceIndex) ?? new Map<string, AddressEntry>();
    byInterface.set(entry.interfaceIndex, there.set(keyOf(entry), entry));
    return before === undefined || before.label !== entry.label || before.tentative !== entry.tentative;
  }

  return {
    reset: (entries) => {
      byAddress.clear();
      byInterface.clear();
      for (const entry of entries) put(entry);
    },
    put,
    drop: (entry) => {
      const places = (byAddress.get(entry.address) ?? []).filter((each) => !isSamePlace(each, entry));
      if (places.length === 0) byAddress.delete(entry.address);
      else byAddress.set(entry.address, places);
      byInterface.get(entry.interfaceIndex)?.delete(keyOf(entry));
    },
    on: (interfaceIndex) => [...(byInterface.get(interfaceIndex)?.values() ?? [])],
    placesOf: (address) => byAddress.get(address) ?? [],
  };
}

const keyOf = ({ address, prefixLength }: AddressEntry): string => `${address}/${prefixLength}`;

const isSamePlace = (a: AddressEntry, b: AddressEntry): boolean =>
  a.interfaceIndex === b.interfaceIndex && a.prefixLength === b.prefixLength;
