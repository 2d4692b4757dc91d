// `ipvs sync`: the daemons of the kernel that keep the connections of the other director, and which virtual router's role
// they have. What they send has room for one family a connection (ip_vs_ctl.c, ip_vs_genl_set_cmd and
// ip_vs_genl_new_daemon), so that servers of another family than their service are told of.
import * as z from 'zod';
import type { Config } from '../../model/config/config.ts';
import type { SyncConfig } from '../../model/config/ipvs.ts';
import type { VrrpInstanceConfig } from '../../model/config/router.ts';
import { serviceFamily } from '../../model/ipvs.ts';
import { familyOf, type Ip, isMulticast, parseIp } from '../../net/ip.ts';
import { syncDefaults } from '../defaults.ts';
import { errorAt, warningAt } from '../problem.ts';
import type { Resolution } from '../resolution.ts';
import { optional, required } from '../values/documented.ts';
import { choice, filledText, interfaceName, scalar, whole } from '../values/scalars.ts';
import { didYouMean } from '../values/suggest.ts';

const inet6MaxlenMax = 65_487;

const multicastGroup = scalar<Ip>(
  'a multicast address, IPv4 or IPv6',
  (text) => {
    const address = parseIp(text);
    return address !== undefined && isMulticast(address) ? address : undefined;
  },
  { type: 'string' },
);

export const syncSchema = z.strictObject({
  interface: required(interfaceName, 'Where connections are told of and heard of.'),
  mode: optional(
    choice(['role', 'both']),
    'role: a master while this director is active, a backup while it is not. both: both, always. Default: role where there is a virtual router.',
  ),
  instance: optional(
    filledText(),
    'The virtual router whose role it is, by name. May be left out where there is but one.',
  ),
  id: optional(
    whole(0, 255),
    'Which directors belong together; a backup with 0 hears all. Default: the virtual_router_id.',
  ),
  maxlen: optional(
    whole(1, 65_507),
    'Bytes of a message at most; a backup takes 1024 at least. Unset: as the interface takes.',
  ),
  group: optional(multicastGroup, 'The multicast group of the messages.', syncDefaults.group),
  port: optional(whole(1, 65_535), 'Their UDP port.', `${syncDefaults.port}`),
  ttl: optional(whole(1, 255), 'How many networks they may pass.', `${syncDefaults.ttl}`),
});
type SyncDraft = z.output<typeof syncSchema>;

/** @param vrrp one instance for each entry of `vrrp`, under the name of the entry. */
export function resolveSync(
  draft: SyncDraft,
  vrrp: readonly VrrpInstanceConfig[],
  resolution: Resolution,
): SyncConfig | undefined {
  const mode = draft.mode ?? (vrrp.length > 0 ? 'role' : 'both');
  const instance = mode === 'role' ? resolveInstance(draft, vrrp, resolution) : undefined;
  if (mode === 'role' && instance === undefined) return undefined;
  judgeLength(draft, resolution);
  if (mode === 'both' && draft.instance !== undefined) {
    const at = resolution.sites('ipvs', 'sync', 'instance');
    const rule = 'mode role, as with both the daemons follow no virtual router';
    resolution.problems.push(errorAt(at, 'use instance', rule, draft.instance));
  }
  const daemon = {
    interface: draft.interface,
    syncId: draft.id ?? (instance ?? vrrp[0])?.virtualRouterId ?? 0,
    maxlen: draft.maxlen ?? 0,
    group: draft.group ?? syncDefaults.group,
    port: draft.port ?? syncDefaults.port,
    ttl: draft.ttl ?? syncDefaults.ttl,
  };
  return instance === undefined
    ? { ...daemon, mode: 'both' }
    : { ...daemon, mode: 'role', instance: instance.name };
}

function resolveInstance(
  draft: SyncDraft,
  vrrp: readonly VrrpInstanceConfig[],
  { sites, problems }: Resolution,
): VrrpInstanceConfig | undefined {
  const names = vrrp.map(({ name }) => name);
  if (draft.instance !== undefined) {
    const named = vrrp.find(({ name }) => name === draft.instance);
    if (named !== undefined) return named;
    const rule = `a virtual router of this file${didYouMean(draft.instance, names)}`;
    problems.push(errorAt(sites('ipvs', 'sync', 'instance'), 'use instance', rule, draft.instance));
    return undefined;
  }
  if (vrrp.length === 1) return vrrp[0];
  const rule =
    vrrp.length === 0
      ? 'a virtual router whose role it could follow, or mode both'
      : `instance, as there are several virtual routers (${names.join(', ')})`;
  problems.push(errorAt(sites('ipvs', 'sync'), 'synchronise connections', rule, ''));
  return undefined;
}

/** start_sync_thread takes off of 65535 bytes what UDP and IP need. */
function judgeLength({ maxlen = 0, group = syncDefaults.group }: SyncDraft, { sites, problems }: Resolution) {
  if (familyOf(group) !== 'inet6' || maxlen <= inet6MaxlenMax) return;
  const rule = `at most ${inet6MaxlenMax} with a group of IPv6`;
  problems.push(errorAt(sites('ipvs', 'sync', 'maxlen'), 'use maxlen', rule, `${maxlen}`));
}

export function judgeSyncFamilies(
  { virtuals, ipvs }: Pick<Config, 'virtuals' | 'ipvs'>,
  { problems }: Resolution,
): void {
  if (ipvs.sync === undefined) return;
  for (const { id, reals, fallbacks } of virtuals) {
    for (const { address, at } of [...reals, ...fallbacks]) {
      if (familyOf(address) === serviceFamily(id)) continue;
      const rule = "a server of its service's family, as the sync daemons (ipvs sync) know no other";
      problems.push(warningAt(at, 'use server', rule, address));
    }
  }
}
