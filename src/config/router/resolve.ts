// A `vrrp` entry to its instances, one a family: each subject by itself (election.ts, floating.ts and the others). Ranges of
// single keys are the schema's.
import type { VrrpInstanceConfig } from '../../model/config/router.ts';
import type { Family } from '../../net/ip.ts';
import type { Resolution } from '../resolution.ts';
import { judgeAdvert, resolveAdvert } from './adverts.ts';
import { resolveAnnouncements } from './announcements.ts';
import { judgeElection, resolveElection } from './election.ts';
import { familiesOf } from './families.ts';
import { judgeFloating, resolveFloating } from './floating.ts';
import { judgeStrict } from './judge-strict.ts';
import type { VrrpDraft } from './keys.ts';
import { judgeLease, resolveLease } from './lease.ts';
import { judgePaths, pathsOf } from './paths.ts';
import { judgePeers, resolvePeers } from './peers.ts';
import { resolveRivalry } from './rivals.ts';
import { type RouterSite, routerSite } from './router-site.ts';
import { judgeUnused } from './unused.ts';

/** One instance, or two in lockstep where the addresses are of both families. */
export function resolveVrrp(
  draft: VrrpDraft,
  index: number,
  resolution: Resolution,
): readonly VrrpInstanceConfig[] {
  const at = routerSite(index, resolution);
  const families = familiesOf(draft.virtual_ipaddress ?? []);
  const instances = families.map((family) => instanceOf(draft, family, at));
  judgePaths(draft, index + 1, at);
  judgePeers(draft, families, at);
  const [first, second] = instances;
  if (first === undefined) return [];
  judgeFloating(draft, first.version, at);
  judgeUnused(first, draft, at);
  for (const each of instances) judgeStrict(each, draft, at);
  judgeElection(first, draft, at);
  judgeAdvert(first.version, draft, at);
  judgeLease(first.vipLeaseSec, first.advertIntervalMs, at);
  if (second === undefined) return instances;
  // Names of their own: neither can be one that a user has given.
  const [name, syncGroup] = [`${first.name}/ipv6`, `${first.name}/both`];
  return [
    { ...first, syncGroup },
    { ...second, name, syncGroup },
  ];
}

function instanceOf(draft: VrrpDraft, family: Family, { site }: RouterSite): VrrpInstanceConfig {
  const election = resolveElection(draft);
  const { first, further } = pathsOf(draft);
  return {
    name: draft.name,
    interface: first,
    ...(further.length > 0 && { furtherInterfaces: further }),
    ...(draft.dont_track_primary === true && { trackPrimary: false }),
    family,
    virtualRouterId: draft.virtual_router_id,
    ...election,
    ...resolvePeers(draft, family),
    ...resolveFloating(draft, draft.virtual_router_id, family),
    ...resolveAdvert(draft),
    vipLeaseSec: resolveLease(draft, election.advertIntervalMs),
    ...resolveAnnouncements(draft),
    ...resolveRivalry(draft, election.version),
    ...(draft.smtp_alert !== undefined && { mail: draft.smtp_alert }),
    at: site(),
  };
}
