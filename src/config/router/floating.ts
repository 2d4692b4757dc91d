// What floats with a virtual router: its addresses, the excluded ones, routes and rules, and on which device. docs/reference/keepalived.md §2.
import * as z from 'zod';
import type { VrrpInstanceConfig } from '../../model/config/router.ts';
import { type Family, familyOf, isLinkLocal } from '../../net/ip.ts';
import { parseRoute, parseRule, routeFamily } from '../../net/route.ts';
import { parseVirtualAddress, type VirtualAddress } from '../../net/virtual-address.ts';
import { readInterfaceName } from '../../net/word-pairs.ts';
import { errorAt } from '../problem.ts';
import { present } from '../resolution.ts';
import { optional } from '../values/documented.ts';
import { flag, scalar } from '../values/scalars.ts';
import { familiesOf, familyName } from './families.ts';
import type { RouterSite } from './router-site.ts';

export const virtualAddress = scalar(
  'an address with or without a prefix length, and behind it dev IF, label TEXT (IPv4), scope WORD, brd ADDRESS (IPv4), track no',
  parseVirtualAddress,
  { type: 'string' },
);

export const route = scalar(
  'PREFIX or default, via ADDRESS or dev IF or both, and src, metric, table, mtu, onlink as in ip route, and track no; or blackhole, unreachable, prohibit before PREFIX',
  parseRoute,
  { type: 'string' },
);

export const rule = scalar(
  'from PREFIX, to PREFIX, iif IF, oif IF, fwmark N, priority N, and table N, as in ip rule, and track no',
  parseRule,
  { type: 'string' },
);

/** Without "yes" and "no" as names: they are answers. */
const vmac = scalar('yes, no, or an interface name of 1 to 15 characters', readVmac, {
  anyOf: [{ enum: ['yes', 'no', true, false] }, { type: 'string' }],
});

export const floatShape = {
  virtual_ipaddress: optional(
    z.array(virtualAddress, { error: 'a list of addresses' }),
    'The VIPs, ADDRESS or ADDRESS/LENGTH; without a length /32 or /128. Behind it: dev, label, scope, brd, track. With version 2 there may be none.',
  ),
  virtual_ipaddress_excluded: optional(
    z.array(virtualAddress),
    'More VIPs, of either family, that adverts do not name.',
  ),
  virtual_routes: optional(z.array(route), 'Routes that are there while the VIPs are, as in `ip route`.'),
  virtual_rules: optional(z.array(rule), 'Policy rules that are there while the VIPs are, as in `ip rule`.'),
  use_vmac: optional(
    vmac,
    'Whether the VIPs have the virtual router MAC, on a macvlan interface of that name.',
    'no',
  ),
  vmac_xmit_base: optional(
    flag(),
    'With use_vmac: whether adverts leave by the interface itself, with its own MAC, for switches that drop what has another.',
    'no',
  ),
} as const;
export type FloatDraft = z.output<z.ZodObject<typeof floatShape>>;

/** As {@link floatShape} lists them: lines of an ldirectord.cf in which a blank does not end an entry. */
export const phraseKeys: ReadonlySet<string> = new Set(['virtual_routes', 'virtual_rules']);

/** Whether a part of such a line is one entry of several words. */
export const isPhrase = (text: string): boolean =>
  /\s(dev|label|scope|brd|broadcast|track|min_ttl|max_ttl)\s/.test(text);

type Floating = Pick<
  VrrpInstanceConfig,
  'virtualAddresses' | 'excludedAddresses' | 'virtualRoutes' | 'virtualRules' | 'vmac' | 'advertsFromBase'
>;

/** Where both families run, each takes its own along. */
export function resolveFloating(draft: FloatDraft, vrid: number, family: Family): Floating {
  const { virtual_ipaddress: all = [] } = draft;
  const hasBoth = familiesOf(all).length > 1;
  const fits = (other: Family) => !hasBoth || other === family;
  const excluded = (draft.virtual_ipaddress_excluded ?? []).filter(({ address }) => fits(familyOf(address)));
  const routes = (draft.virtual_routes ?? []).filter((route) => fits(routeFamily(route)));
  const rules = (draft.virtual_rules ?? []).filter((rule) => fits(rule.family));
  const vips = all.filter(({ address }) => familyOf(address) === family);
  return {
    virtualAddresses: linkLocalFirst(vips),
    ...(excluded.length > 0 && { excludedAddresses: excluded }),
    ...(routes.length > 0 && { virtualRoutes: routes }),
    ...(rules.length > 0 && { virtualRules: rules }),
    ...present({ vmac: vmacOf(draft, vrid, family) }),
    ...(draft.vmac_xmit_base === true && { advertsFromBase: true }),
  };
}

/** keepalived's names: vrrp.51, and vrrp6.51 for IPv6. */
function vmacOf({ use_vmac: vmac }: FloatDraft, vrid: number, family: Family): string | undefined {
  if (vmac === undefined || vmac === false) return undefined;
  const byRule = family === 'inet' ? `vrrp.${vrid}` : `vrrp6.${vrid}`;
  return vmac === true ? byRule : vmac;
}

/** RFC 9568 §5.2.9: the first IPv6 address is a link-local one. */
const linkLocalFirst = (addresses: readonly VirtualAddress[]): readonly VirtualAddress[] => [
  ...addresses.filter(({ address }) => isLinkLocal(address)),
  ...addresses.filter(({ address }) => !isLinkLocal(address)),
];

/**
 * An advert is one packet of at most 1500 bytes, and counts its addresses in eight bits (RFC 9568 §5.2.5). IPv6:
 * 40 bytes of header, 8 of advert, 16 an address.
 */
const addressesMax: Readonly<Record<Family, number>> = { inet: 255, inet6: 90 };

export function judgeFloating(
  { virtual_ipaddress: vips = [] }: FloatDraft,
  version: VrrpInstanceConfig['version'],
  { site, problems }: RouterSite,
): void {
  const refuse = (path: readonly number[], rule: string, got: string) =>
    problems.push(errorAt(site('virtual_ipaddress', ...path), 'use virtual_ipaddress', rule, got));
  // RFC 9568 erratum 8299: an advert that names none is not heard.
  if (version === 3 && vips.length === 0)
    refuse([], 'at least one address, or version: 2 for a router that only elects', 'none');
  for (const [i, { address }] of vips.entries()) {
    // RFC 3768 is of IPv4 alone.
    if (version === 2 && familyOf(address) !== 'inet')
      refuse([i], 'an IPv4 address with VRRP version 2', address);
  }
  for (const family of familiesOf(vips)) {
    const count = vips.filter(({ address }) => familyOf(address) === family).length;
    const most = addressesMax[family];
    if (count > most) refuse([], `at most ${most} of ${familyName(family)}`, `${count}`);
  }
}

/** True: a name by rule. */
function readVmac(text: string): string | boolean | undefined {
  if (/^(yes|true|on)$/i.test(text)) return true;
  return /^(no|false|off)$/i.test(text) ? false : readInterfaceName(text);
}
