// Servers of NAT have the director for their gateway, so an address on their network has to float with the role: one
// that is a director's own is gone with it. Nothing is said where nobody elects. docs/setup.md "What each machine needs".
import type { Config } from '../model/config/config.ts';
import type { RealConfig } from '../model/config/service.ts';
import { familyOf, type Ip } from '../net/ip.ts';
import { type Prefix, prefixContains } from '../net/prefix.ts';
import { warningAt } from './problem.ts';
import type { Resolution } from './resolution.ts';

/** One warning for all servers of the file. */
export function judgeFloatingGateway(
  config: Pick<Config, 'vrrp' | 'virtuals'>,
  { problems }: Pick<Resolution, 'problems'>,
): void {
  const lost = lostGateways(config);
  const [first] = lost;
  if (first === undefined) return;
  const others = lost.length === 1 ? '' : ` (and of ${lost.length - 1} more)`;
  const rule = `a virtual address on the network of ${first.address}${others} for their gateway, say virtual_ipaddress_excluded: [ADDRESS/LENGTH dev IF], or full NAT (docs/setup.md)`;
  problems.push(warningAt(first.at, 'keep the answers of masq servers through a failover', rule, 'none'));
}

/** The masq servers on whose network no address floats. */
export function lostGateways({ vrrp, virtuals }: Pick<Config, 'vrrp' | 'virtuals'>): readonly RealConfig[] {
  if (vrrp.length === 0) return [];
  const floating = vrrp
    .flatMap(({ virtualAddresses, excludedAddresses = [] }) => [...virtualAddresses, ...excludedAddresses])
    .map(asNetwork);
  return virtuals
    .flatMap(({ reals, fallbacks }): readonly RealConfig[] => [...reals, ...fallbacks])
    .filter(({ address, forward }) => forward === 'masq' && !isHere(address))
    .filter(({ address }) => !floating.some((each) => prefixContains(each, address)));
}

/** One without a length is taken for one of the usual network: it answers there as well as any. */
function asNetwork({ address, length }: Prefix): Prefix {
  const [host, usual] = familyOf(address) === 'inet' ? [32, 24] : [128, 64];
  return { address, length: length === host ? usual : length };
}

const isHere = (address: Ip): boolean => address.startsWith('127.') || address === '::1';
