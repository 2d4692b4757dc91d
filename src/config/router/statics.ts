// What the director holds in every state, active or not: addresses, routes and rules of the top level, in keepalived's words.
// The first virtual router carries them to the process that holds them.
import * as z from 'zod';
import type { StaticAddress, VrrpInstanceConfig } from '../../model/config/router.ts';
import { formatPrefix } from '../../net/prefix.ts';
import { errorAt, warningAt } from '../problem.ts';
import type { Resolution } from '../resolution.ts';
import { optional } from '../values/documented.ts';
import { route, rule, virtualAddress } from './floating.ts';

/** At the top level. */
export const staticShape = {
  static_ipaddress: optional(
    z.array(virtualAddress),
    'Addresses that this director has in every state: ADDRESS[/LENGTH] dev IF, and label, scope, brd as in virtual_ipaddress.',
  ),
  static_routes: optional(z.array(route), 'Routes that it has in every state, as in `ip route`.'),
  static_rules: optional(z.array(rule), 'Policy rules that it has in every state, as in `ip rule`.'),
} as const;
export type StaticsDraft = z.output<z.ZodObject<typeof staticShape>>;

const staticKeys = Object.keys(staticShape) as readonly (keyof StaticsDraft)[];

export function resolveStatics(
  draft: StaticsDraft,
  vrrp: readonly VrrpInstanceConfig[],
  resolution: Resolution,
): readonly VrrpInstanceConfig[] {
  const addresses = resolveAddresses(draft, vrrp, resolution);
  const { static_routes: routes = [], static_rules: rules = [] } = draft;
  judgeTrack(draft, resolution);
  const [first, ...others] = vrrp;
  if (addresses.length + routes.length + rules.length === 0) return vrrp;
  if (first === undefined) {
    const { sites, problems } = resolution;
    for (const key of staticKeys)
      if (draft[key] !== undefined)
        problems.push(warningAt(sites(key), `hold ${key}`, 'a virtual router beside it, in vrrp', 'none'));
    return vrrp;
  }
  return [{ ...first, statics: { addresses, routes, rules } }, ...others];
}

function resolveAddresses(
  { static_ipaddress: drafts = [] }: StaticsDraft,
  vrrp: readonly VrrpInstanceConfig[],
  { sites, problems }: Resolution,
): readonly StaticAddress[] {
  const virtual = new Set(
    vrrp
      .flatMap(({ virtualAddresses, excludedAddresses = [] }) => [...virtualAddresses, ...excludedAddresses])
      .map(({ address }) => address),
  );
  const seen = new Set<string>();
  return drafts.flatMap((each, index) => {
    const { device, address } = each;
    const refuse = (wanted: string) =>
      problems.push(
        errorAt(sites('static_ipaddress', index), 'hold static_ipaddress', wanted, formatPrefix(each)),
      );
    const isRepeated = seen.has(address);
    seen.add(address);
    if (isRepeated) refuse('each address once');
    if (virtual.has(address)) refuse('an address that is not virtual, which floats');
    if (device === undefined) refuse('dev IF behind the address');
    return device === undefined ? [] : [{ ...each, device }];
  });
}

/** What is there in every state is no reason for one. */
function judgeTrack(draft: StaticsDraft, { sites, problems }: Resolution): void {
  for (const key of staticKeys) {
    for (const [index, each] of (draft[key] ?? []).entries()) {
      if (each.track === undefined) continue;
      const rule = 'a virtual address, route or rule, of which routers track the device';
      problems.push(warningAt(sites(key, index), 'use track', rule, 'a static one'));
    }
  }
}
