// Whether answers that come from an address of this host itself are taken in: those of gate and ipip servers to checks that
// the active director sends by its VIP. Linux drops them unless accept_local of the interface, or of all, is 1.
// Source: Documentation/networking/ip-sysctl.rst, accept_local; net/ipv4/fib_frontend.c, __fib_validate_source. IPv6 has
// no such rule.
import { networkInterfaces } from 'node:os';
import type { Ip } from '../../net/ip.ts';
import { systemSysctl } from './sysctl.ts';

/** @param own the address that answers come to. @returns the setting that is missing, undefined where none is. */
export function missingAcceptLocal(own: Ip): string | undefined {
  const device = Object.entries(networkInterfaces()).find(([, addresses = []]) =>
    addresses.some(({ address }) => address === own),
  )?.[0];
  if (isOn('all') || (device !== undefined && isOn(device))) return undefined;
  return `net.ipv4.conf.${device ?? 'all'}.accept_local`;
}

const isOn = (device: string): boolean =>
  (systemSysctl.read(`net/ipv4/conf/${device}/accept_local`) ?? '0') !== '0';
