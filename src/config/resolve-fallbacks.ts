// The fallback of one virtual service, tier by tier: the service's own, else the one of the top level for its family
// (ldirectord.md §1.5). Names are looked up here and now. Who serves is reconcile/fallback.ts's.
import type { Family } from '../net/ip.ts';
import { type ServiceId, serviceFamily } from '../reconcile/model.ts';
import type { CheckType, FallbackConfig, Position } from './config.ts';
import { virtualDefaults as defaults } from './defaults.ts';
import { errorAt } from './problem.ts';
import { literalFamily, present, type Resolution, resolvePort } from './resolution.ts';
import { protocolOf, resolveServer, withSlash } from './resolve-servers.ts';
import { resolveTunnel } from './resolve-tunnel.ts';
import type { DocumentDraft } from './schema.ts';
import type { FallbackDraft, VirtualDraft } from './schema-virtual.ts';

type Tiers = readonly (FallbackDraft | undefined)[];
type TierSite = (index: number, key?: string) => Position;
type Service = { readonly id: ServiceId; readonly checktype: CheckType };

export function resolveFallbacks(
  draft: VirtualDraft,
  globals: DocumentDraft,
  { service, site }: { readonly service: Service; readonly site: (...path: (string | number)[]) => Position },
  resolution: Resolution,
): readonly FallbackConfig[] {
  const siteIn =
    (sites: (...path: (string | number)[]) => Position): TierSite =>
    (index, key) =>
      sites(index, ...(key === undefined ? [] : [key]));
  if (draft.fallback !== undefined) {
    return resolveTiers(
      draft.fallback,
      service,
      siteIn((...path) => site('fallback', ...path)),
      resolution,
    );
  }
  const family = serviceFamily(service.id);
  const key = (['fallback', 'fallback6'] as const).find((each) => familyOfFallback(globals, each) === family);
  if (key === undefined) return [];
  return resolveTiers(
    globals[key] ?? [],
    service,
    siteIn((...path) => resolution.sites(key, ...path)),
    resolution,
  );
}

function familyOfFallback(globals: DocumentDraft, key: 'fallback' | 'fallback6'): Family | undefined {
  const host = globals[key]?.[0]?.address.host;
  if (host === undefined) return undefined;
  return key === 'fallback6' ? 'inet6' : (literalFamily(host) ?? 'inet');
}

function resolveTiers(
  tiers: Tiers,
  service: Service,
  site: TierSite,
  resolution: Resolution,
): readonly FallbackConfig[] {
  return tiers.flatMap((tier, index) => {
    const resolved = tier && resolveTier(tier, service, (key) => site(index, key), resolution);
    if (tier === undefined || resolved === undefined) return [];
    // ldirectord checks no fallback, and somebody has to be there when every check fails.
    const checked = tier.check ?? index < tiers.length - 1;
    return [{ ...resolved, checked: checked && service.checktype.kind !== 'off' }];
  });
}

function resolveTier(
  tier: FallbackDraft,
  { id }: Service,
  site: (key?: string) => Position,
  resolution: Resolution,
): Omit<FallbackConfig, 'checked'> | undefined {
  const { address: server, forward = defaults.forward, request, receive } = tier;
  const address = resolveServer(server.host, id, forward, site(), resolution);
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
  if (address === undefined || port === undefined) return undefined;
  return {
    ...{ address, port, forward, weight: 1, upperThreshold: 0, lowerThreshold: 0, at: site() },
    ...present({
      request: request === undefined ? undefined : withSlash(request),
      receive,
      tunnel: resolveTunnel(tier.tunnel, forward, () => site('tunnel'), resolution),
    }),
  };
}
