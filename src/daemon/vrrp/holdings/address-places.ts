// Where each virtual address of an instance belongs, and what the host has of it there or elsewhere: questions to the
// configuration and to the view of the network. Changes nothing.
import { isLinkLocal } from '../../../net/ip.ts';
import { formatPrefix, type Prefix } from '../../../net/prefix.ts';
import type { VirtualAddress } from '../../../net/virtual-address.ts';
import type { AddressEntry } from '../../../ports/kernel.ts';
import { type LinkFault, linkFaultOf } from '../link-fault.ts';
import type { NetworkView } from '../network-view.ts';
import { isOtherAddress, isSameAddress } from './address-request.ts';

export type LeaseSettings = {
  readonly instance: string;
  readonly interface: string;
  /** With their attributes; of an address that is not among them nothing more is known. */
  readonly addresses?: readonly VirtualAddress[];
  readonly leaseSec: number | 'off';
  /** Priority 255. */
  readonly owner: boolean;
};

export type AddressPlaces = {
  /** Undefined of one that is not in the configuration. */
  readonly configured: (prefix: Prefix) => VirtualAddress | undefined;
  readonly attributesOf: (prefix: Prefix) => VirtualAddress;
  readonly deviceOf: (prefix: Prefix) => string;
  /** Of its device; undefined while there is none. */
  readonly indexOf: (prefix: Prefix) => number | undefined;
  /** Why nobody could reach an address there. */
  readonly deviceFault: (prefix: Prefix) => LinkFault | undefined;
  readonly presentOn: (index: number, prefix: Prefix) => AddressEntry | undefined;
  /** Why it may not be added there now. */
  readonly obstacle: (prefix: Prefix, index: number) => string | undefined;
  /** The host's own address, which the owner advertises. */
  readonly isHostsOwn: (prefix: Prefix, index: number) => boolean;
  /** The interface would have no other one, and is not there for this one alone. */
  readonly isLast: (prefix: Prefix, index: number) => boolean;
  /** As the log names it. */
  readonly named: (prefix: Prefix) => NamedAddress;
};

export type NamedAddress = {
  readonly instance: string;
  readonly interface: string;
  readonly address: string;
};

export function createAddressPlaces(settings: () => LeaseSettings, view: NetworkView): AddressPlaces {
  const configured = createAttributes(() => settings().addresses ?? []);
  const attributesOf = (prefix: Prefix): VirtualAddress => configured(prefix) ?? prefix;
  const deviceOf = (prefix: Prefix): string => attributesOf(prefix).device ?? settings().interface;
  const linkOf = (prefix: Prefix) => view.linkNamed(deviceOf(prefix));

  const presentOn = (index: number, prefix: Prefix): AddressEntry | undefined =>
    view
      .placesOf(prefix.address)
      .find((found) => found.interfaceIndex === index && isSameAddress(found, prefix));

  function obstacle(prefix: Prefix, index: number): string | undefined {
    // Of those there is one on each link.
    if (isLinkLocal(prefix.address)) return undefined;
    const others = view.placesOf(prefix.address).filter((found) => found.interfaceIndex !== index);
    const elsewhere = others
      .map((found) => view.linkAt(found.interfaceIndex))
      .find((link) => !link?.loopback);
    return elsewhere === undefined ? undefined : `the address is on ${elsewhere.name} already`;
  }

  function isLast(prefix: Prefix, index: number): boolean {
    const others = view.addressesOn(index).filter((found) => isOtherAddress(found, prefix));
    return others.length === 0 && attributesOf(prefix).device === undefined;
  }

  return {
    configured,
    attributesOf,
    deviceOf,
    indexOf: (prefix) => linkOf(prefix)?.index,
    deviceFault: (prefix) => linkFaultOf(linkOf(prefix)),
    presentOn,
    obstacle,
    isHostsOwn: (prefix, index) => settings().owner && presentOn(index, prefix)?.validLifetime === 'forever',
    isLast,
    named: (prefix) => ({
      instance: settings().instance,
      interface: deviceOf(prefix),
      address: formatPrefix(prefix),
    }),
  };
}

/** The attributes of each by its prefix, as long as the configuration is the same. */
function createAttributes(
  addresses: () => readonly VirtualAddress[],
): (prefix: Prefix) => VirtualAddress | undefined {
  let known: readonly VirtualAddress[] = [];
  let byPrefix: ReadonlyMap<string, VirtualAddress> = new Map();
  return (prefix) => {
    const now = addresses();
    if (now !== known) {
      known = now;
      byPrefix = new Map(now.map((vip) => [formatPrefix(vip), vip]));
    }
    return byPrefix.get(formatPrefix(prefix));
  };
}
