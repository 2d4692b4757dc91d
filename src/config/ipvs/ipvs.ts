// The `ipvs` section of a document: defaults, and which virtual router's role a sync daemon has.

import type { IpvsConfig, SyncConfig } from '../../model/config/ipvs.ts';
import type { VrrpInstanceConfig } from '../../model/config/router.ts';
import { familyOf } from '../../net/ip.ts';
import { ipvsDefaults, syncDefaults } from '../defaults.ts';
import { errorAt } from '../problem.ts';
import { present, type Resolution } from '../resolution.ts';
import { didYouMean } from '../values/suggest.ts';
import type { IpvsDraft } from './ipvs-keys.ts';

const inet6MaxlenMax = 65_487;

/** @param vrrp one instance for each entry of `vrrp`, under the name of the entry. */
export function resolveIpvs(
  ipvs: IpvsDraft,
  vrrp: readonly VrrpInstanceConfig[],
  resolution: Resolution,
): IpvsConfig {
  const sync = ipvs.sync && resolveSync(ipvs.sync, vrrp, resolution);
  const sysctl = Object.entries(ipvs.sysctl ?? {}).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, value] as const],
  );
  return {
    resyncIntervalMs: ipvs.resync_interval ?? ipvsDefaults.resync_interval,
    foreign: ipvs.foreign ?? ipvsDefaults.foreign,
    ...(ipvs.timeout !== undefined && { timeouts: timeoutsOf(ipvs.timeout) }),
    ...present({ sync }),
    ...(sysctl.length > 0 && { sysctl: Object.fromEntries(sysctl) }),
  };
}

function timeoutsOf({ tcp, tcpfin, udp }: NonNullable<IpvsDraft['timeout']>) {
  const seconds = (ms: number | undefined) => (ms === undefined ? undefined : ms / 1000);
  return present({ tcp: seconds(tcp), tcpfin: seconds(tcpfin), udp: seconds(udp) });
}

type SyncDraft = NonNullable<IpvsDraft['sync']>;

function resolveSync(
  draft: SyncDraft,
  vrrp: readonly VrrpInstanceConfig[],
  resolution: Resolution,
): SyncConfig | undefined {
  const mode = draft.mode ?? (vrrp.length > 0 ? 'role' : 'both');
  const instance = mode === 'role' ? instanceOf(draft, vrrp, resolution) : undefined;
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

function instanceOf(
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
