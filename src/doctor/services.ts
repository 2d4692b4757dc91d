// Services of the config as the doctor speaks of them: by name, by address, by the way of their servers. Pure.
import type { Config } from '../model/config/config.ts';
import type { RealConfig, VirtualConfig } from '../model/config/service.ts';
import { formatServiceId } from '../model/ipvs.ts';
import type { Ip } from '../net/ip.ts';
import type { VirtualAddress } from '../net/virtual-address.ts';

export const nameOf = ({ id }: Pick<VirtualConfig, 'id'>): string => formatServiceId(id);

export const serversOf = ({
  reals,
  fallbacks,
}: Pick<VirtualConfig, 'reals' | 'fallbacks'>): readonly RealConfig[] => [...reals, ...fallbacks];

/** Where its clients reach it, as far as the config knows. */
export const addressesOf = ({ id, marks = [] }: VirtualConfig): readonly Ip[] =>
  id.kind === 'address' ? [id.address] : marks.map(({ address }) => address);

/** The names of those that have a server that fits. */
export const servicesWith = (
  { virtuals }: Pick<Config, 'virtuals'>,
  fits: (real: RealConfig, virtual: VirtualConfig) => boolean,
): readonly string[] =>
  virtuals.filter((virtual) => serversOf(virtual).some((real) => fits(real, virtual))).map(nameOf);

/** The names of those that clients reach at an address. */
export const servicesAt = ({ virtuals }: Pick<Config, 'virtuals'>, address: Ip): readonly string[] =>
  virtuals.filter((virtual) => addressesOf(virtual).includes(address)).map(nameOf);

/** A floating address, the device that it belongs on, and the router that holds it. */
export type Floating = {
  readonly entry: VirtualAddress;
  readonly device: string;
  readonly router: string;
};

export const floatingOf = ({ vrrp }: Pick<Config, 'vrrp'>): readonly Floating[] =>
  vrrp.flatMap(({ name, interface: own, vmac, virtualAddresses, excludedAddresses = [] }) =>
    [...virtualAddresses, ...excludedAddresses].map((entry) => ({
      ...{ entry, router: name },
      device: entry.device ?? vmac ?? own,
    })),
  );

/** The device that clients' packets for an address come by, where it floats. */
export const deviceOf = (config: Pick<Config, 'vrrp'>, address: Ip): string | undefined =>
  floatingOf(config).find(({ entry }) => entry.address === address)?.device;
