// The families of address of a `vrrp` entry: each has an instance of its own.
import { type Family, familyOf, type Ip } from '../../net/ip.ts';

export const familyName = (family: Family): string => (family === 'inet' ? 'IPv4' : 'IPv6');

/** Of its virtual addresses, IPv4 first; who has none speaks version 2, which is of IPv4 alone. */
export const familiesOf = (addresses: readonly { readonly address: Ip }[]): readonly Family[] =>
  addresses.length === 0
    ? ['inet']
    : (['inet', 'inet6'] as const).filter((family) =>
        addresses.some(({ address }) => familyOf(address) === family),
      );
