// A virtual address and what was asked for with it (device, label, scope, broadcast), as the kernel is asked for it.
// Pure; when to ask is address-leases.ts's business.
import { familyOf } from '../../../net/ip.ts';
import type { Prefix } from '../../../net/prefix.ts';
import type { VirtualAddress } from '../../../net/virtual-address.ts';
import type { AddressEntry, AddressRequest } from '../../../ports/kernel.ts';

/** So many at a time: a batch takes the kernel a millisecond or so. */
export const sliceMax = 128;

/** What names an address to be removed. */
export const addressKeyOf = (prefix: Prefix, interfaceIndex: number) => ({
  address: prefix.address,
  prefixLength: prefix.length,
  interfaceIndex,
});

export function addressRequestOf(
  vip: VirtualAddress,
  interfaceIndex: number,
  leaseSec: number | 'off',
): AddressRequest {
  const { label, scope, broadcast } = vip;
  return {
    ...addressKeyOf(vip, interfaceIndex),
    ...(label !== undefined && { label }),
    ...(scope !== undefined && { scope }),
    ...(broadcast !== undefined && { broadcast }),
    validLifetime: leaseSec === 'off' ? 'forever' : leaseSec,
    // Alone it is no address to speak from (keepalived does the same); with a prefix it may be the subnet's only.
    deprecated: familyOf(vip.address) === 'inet6' && vip.length === 128,
  };
}

export const isSameAddress = (entry: AddressEntry, prefix: Prefix): boolean =>
  entry.address === prefix.address && entry.prefixLength === prefix.length;

/** Another one of the same family. */
export const isOtherAddress = (entry: AddressEntry, prefix: Prefix): boolean =>
  familyOf(entry.address) === familyOf(prefix.address) && !isSameAddress(entry, prefix);
