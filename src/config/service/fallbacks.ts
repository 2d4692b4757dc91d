// The fallback of one virtual service, tier by tier: the service's own, else the one of the top level for its family
// (docs/reference/ldirectord.md §1.5). A name stays a name, as that of a real server does. Who serves is
// reconcile/fallback.ts's.
import * as z from 'zod';
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
import { optional, required } from '../values/documented.ts';
import { type LineParts, withForm } from '../values/forms.ts';
import { withSlash } from '../values/request.ts';
import { choice, filledText, flag, scalar, text } from '../values/scalars.ts';
import { forwards, type HostPort, parseFallbackText, parseHostPort } from '../values/server-text.ts';
import { judgeRequest, protocolOf, resolveServer } from './server.ts';
import type { Subject } from './subject.ts';
import { resolveTunnel, tunnelSchema } from './tunnel.ts';

const fallbackAddress = scalar<HostPort>(
  'ADDRESS[:PORT] or [IPV6][:PORT]',
  (value) => {
    const parsed = parseHostPort(value);
    return parsed?.lastHost === undefined ? parsed : undefined;
  },
  { type: 'string' },
);

/** One tier; one line of it reads `ADDRESS[:PORT] [METHOD]`. */
export const fallbackSchema = withForm(
  z.strictObject({
    address: required(fallbackAddress, 'ADDRESS[:PORT] of the server. No port: that of the service.'),
    forward: optional(
      choice(forwards),
      'gate (direct routing), masq (NAT) or ipip (tunnel).',
      defaults.forward,
    ),
    tunnel: optional(tunnelSchema, 'What the tunnel of an ipip server is made of. Unset: IP in IP.'),
    check: optional(
      flag(),
      'Whether it serves only while the check of the service finds it up. Unset: all but the last are checked.',
    ),
    request: optional(text(), "Instead of the service's request; together with receive."),
    receive: optional(text(), "Instead of the service's receive; together with request."),
  }),
  { readLine: readFallbackLine, alone: { withKey: 'address' } },
);
type FallbackDraft = z.output<typeof fallbackSchema>;

/** At the top level and in a virtual service. */
export const fallbackShape = {
  fallback: optional(
    z.array(fallbackSchema.optional()),
    'Who serves while no real server does, or without quorum: one server or several in order, each `ADDRESS[:PORT] [METHOD]` or a map.',
  ),
  fallback_quiescent: optional(
    flag(),
    'Whether a fallback that does not serve is in the table with weight 0 (yes), so that its connections go on, or not at all (no).',
    'no',
  ),
  fallbackcommand: optional(
    filledText(),
    'A shell command run with start and stop as the fallback goes in and out.',
  ),
} as const;

/** At the top level alone. */
export const fallback6Shape = {
  fallback6: optional(z.array(fallbackSchema.optional()), 'As fallback, for IPv6 services.'),
} as const;
type OwnDraft = z.output<z.ZodObject<typeof fallbackShape>>;
type SharedDraft = OwnDraft & z.output<z.ZodObject<typeof fallback6Shape>>;

type Tiers = readonly (FallbackDraft | undefined)[];
type TierSite = (index: number, ...keys: readonly string[]) => Position;
type Fallback = FallbackConfig | NamedFallbackConfig;
type Service = { readonly id: ServiceId; readonly checktype: CheckType };

export function resolveFallbacks(
  subject: Subject<OwnDraft, SharedDraft>,
  service: Service,
): Pick<VirtualConfig, 'fallbacks' | 'namedFallbacks' | 'fallbackcommand' | 'fallbackQuiescent'> {
  const { tiers: drafts, site } = tiersOf(subject, serviceFamily(service.id));
  const tiers = resolveTiers(drafts, service, site, subject.resolution);
  judgeTiers(tiers, subject.resolution);
  const namedFallbacks = tiers.filter((tier): tier is NamedFallbackConfig => !('address' in tier));
  return {
    fallbacks: tiers.filter((tier) => 'address' in tier),
    ...(namedFallbacks.length > 0 && { namedFallbacks }),
    ...present({ fallbackcommand: subject.draft.fallbackcommand ?? subject.globals.fallbackcommand }),
    ...(isQuiescent(subject, tiers.length) && { fallbackQuiescent: true }),
  };
}

function isQuiescent(
  { draft, globals, site, resolution }: Subject<OwnDraft, SharedDraft>,
  tiers: number,
): boolean {
  if (draft.fallback_quiescent === true && tiers === 0)
    resolution.problems.push(
      warningAt(site('fallback_quiescent'), 'use fallback_quiescent', 'a fallback beside it', 'none'),
    );
  return tiers > 0 && (draft.fallback_quiescent ?? globals.fallback_quiescent ?? false);
}

/** The service's own, else those of the top level for its family. */
function tiersOf(
  { draft, globals, site, resolution }: Subject<OwnDraft, SharedDraft>,
  family: Family,
): { readonly tiers: Tiers; readonly site: TierSite } {
  if (draft.fallback !== undefined) {
    return { tiers: draft.fallback, site: (...path) => site('fallback', ...path) };
  }
  const key = (['fallback', 'fallback6'] as const).find((each) => familyOfFallback(globals, each) === family);
  if (key === undefined) return { tiers: [], site };
  return { tiers: globals[key] ?? [], site: (...path) => resolution.sites(key, ...path) };
}

/** The others are reached only while those before them are down. */
function judgeTiers(tiers: readonly Fallback[], { problems }: Resolution): void {
  const last = tiers.findIndex(({ checked }) => !checked);
  const beyond = tiers[last + 1];
  if (last < 0 || beyond === undefined) return;
  const rule = 'check: yes for each before it, as one that is not checked always serves';
  const got = 'address' in beyond ? formatEndpoint(beyond) : `${beyond.name}:${beyond.port}`;
  problems.push(warningAt(beyond.at, 'reach fallback', rule, got));
}

function familyOfFallback(globals: SharedDraft, key: 'fallback' | 'fallback6'): Family | undefined {
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
    const resolved = tier && resolveTier(tier, service, (...keys) => site(index, ...keys), resolution);
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
  site: (...keys: readonly string[]) => Position,
  resolution: Resolution,
) {
  const { address: server, forward = defaults.forward, request, receive } = tier;
  const name = literalFamily(server.host) === undefined ? parseHostName(server.host) : undefined;
  const address =
    name === undefined
      ? resolveServer({ host: server.host, forward, at: site() }, id, resolution)
      : undefined;
  const place = name !== undefined ? { name } : address !== undefined ? { address } : undefined;
  const own = id.kind === 'address' ? id.port : 0;
  const port = server.port === undefined ? own : resolvePort(server.port, protocolOf(id), resolution);
  if (port === undefined) {
    const rule = `a port from 0 to 65535 or a service name that ${protocolOf(id) ?? 'any protocol'} has`;
    resolution.problems.push(errorAt(site(), 'use fallback', rule, server.port ?? ''));
  }
  judgeRequest(tier, site, resolution);
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

function readFallbackLine(text: string): LineParts {
  const parts = parseFallbackText(text);
  return parts === undefined ? { rule: 'ADDRESS[:PORT] [gate|masq|ipip]' } : { parts };
}
