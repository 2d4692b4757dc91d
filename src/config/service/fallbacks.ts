// The fallback of one virtual service, tier by tier: the service's own, else the one of the top level for its family
// (docs/reference/ldirectord.md §1.5). A name stays a name, as that of a real server does. Who serves is
// reconcile/fallback.ts's.

import type { CheckType } from '../../model/config/check.ts';
import type { Position } from '../../model/config/problem.ts';
import type { FallbackConfig, NamedFallbackConfig, VirtualConfig } from '../../model/config/service.ts';
import { type ServiceId, serviceFamily } from '../../model/ipvs.ts';
import { formatEndpoint } from '../../net/endpoint.ts';
import { parseHostName } from '../../net/host-name.ts';
import type { Family } from '../../net/ip.ts';
import { virtualDefaults as defaults } from '../defaults.ts';
import { errorAt, warningAt } from '../problem.ts';
import { literalFamily, present, type Resolution, resolvePort } from '../resolution.ts';
import type { FallbackDraft, GlobalDraft, VirtualDraft } from './keys.ts';
import { protocolOf, resolveServer, withSlash } from './servers.ts';
import { resolveTunnel } from './tunnel.ts';

type Tiers = readonly (FallbackDraft | undefined)[];
type TierSite = (index: number, key?: string) => Position;
type Fallback = FallbackConfig | NamedFallbackConfig;
type Service = { readonly id: ServiceId; readonly checktype: CheckType };

export function resolveFallbacks(
  draft: VirtualDraft,
  globals: GlobalDraft,
  { service, site }: { readonly service: Service; readonly site: (...path: (string | number)[]) => Position },
  resolution: Resolution,
): Pick<VirtualConfig, 'fallbacks' | 'namedFallbacks'> {
  const siteIn =
    (sites: (...path: (string | number)[]) => Position): TierSite =>
    (index, key) =>
      sites(index, ...(key === undefined ? [] : [key]));
  if (draft.fallback !== undefined) {
    const own = siteIn((...path) => site('fallback', ...path));
    return inForce(resolveTiers(draft.fallback, service, own, resolution), resolution);
  }
  const family = serviceFamily(service.id);
  const key = (['fallback', 'fallback6'] as const).find((each) => familyOfFallback(globals, each) === family);
  if (key === undefined) return { fallbacks: [] };
  const shared = siteIn((...path) => resolution.sites(key, ...path));
  return inForce(resolveTiers(globals[key] ?? [], service, shared, resolution), resolution);
}

function inForce(
  tiers: readonly Fallback[],
  { problems }: Resolution,
): Pick<VirtualConfig, 'fallbacks' | 'namedFallbacks'> {
  const last = tiers.findIndex(({ checked }) => !checked);
  const beyond = tiers[last + 1];
  if (last >= 0 && beyond !== undefined) {
    const rule = 'check: yes for each before it, as one that is not checked always serves';
    const got = 'address' in beyond ? formatEndpoint(beyond) : `${beyond.name}:${beyond.port}`;
    problems.push(warningAt(beyond.at, 'reach fallback', rule, got));
  }
  const namedFallbacks = tiers.filter((tier): tier is NamedFallbackConfig => !('address' in tier));
  return {
    fallbacks: tiers.filter((tier) => 'address' in tier),
    ...(namedFallbacks.length > 0 && { namedFallbacks }),
  };
}

function familyOfFallback(globals: GlobalDraft, key: 'fallback' | 'fallback6'): Family | undefined {
  const host = globals[key]?.[0]?.address.host;
  if (host === undefined) return undefined;
  return key === 'fallback6' ? 'inet6' : (literalFamily(host) ?? 'inet');
}

function resolveTiers(
  tiers: Tiers,
  service: Service,
  site: TierSite,
  resolution: Resolution,
): readonly Fallback[] {
  return tiers.flatMap((tier, index): readonly Fallback[] => {
    const resolved = tier && resolveTier(tier, service, (key) => site(index, key), resolution);
    if (tier === undefined || resolved === undefined) return [];
    // ldirectord checks no fallback, and somebody has to be there when every check fails.
    const checked = (tier.check ?? index < tiers.length - 1) && service.checktype.kind !== 'off';
    const { place, ...settings } = resolved;
    return [
      'name' in place ? { ...place, tier: index, ...settings, checked } : { ...place, ...settings, checked },
    ];
  });
}

function resolveTier(
  tier: FallbackDraft,
  { id }: Service,
  site: (key?: string) => Position,
  resolution: Resolution,
) {
  const { address: server, forward = defaults.forward, request, receive } = tier;
  const name = literalFamily(server.host) === undefined ? parseHostName(server.host) : undefined;
  const address =
    name === undefined ? resolveServer(server.host, id, forward, site(), resolution) : undefined;
  const place = name !== undefined ? { name } : address !== undefined ? { address } : undefined;
  const own = id.kind === 'address' ? id.port : 0;
  const port = server.port === undefined ? own : resolvePort(server.port, protocolOf(id), resolution);
  if (port === undefined) {
    const rule = `a port from 0 to 65535 or a service name that ${protocolOf(id) ?? 'any protocol'} has`;
    resolution.problems.push(errorAt(site(), 'use fallback', rule, server.port ?? ''));
  }
  if ((request === undefined) !== (receive === undefined)) {
    const [has, lacks] = request === undefined ? ['receive', 'request'] : ['request', 'receive'];
    resolution.problems.push(
      errorAt(site(has), `use ${has} of one server`, `${lacks} beside it`, `${has} alone`),
    );
  }
  if (place === undefined || port === undefined) return undefined;
  return {
    place,
    ...{ port, forward, weight: 1, upperThreshold: 0, lowerThreshold: 0, at: site() },
    ...present({
      request: request === undefined ? undefined : withSlash(request),
      receive,
      tunnel: resolveTunnel(tier.tunnel, forward, () => site('tunnel'), resolution),
    }),
  };
}
