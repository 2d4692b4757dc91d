// A `vrrp` entry to an instance: defaults, and the rules that join two keys. Ranges of single keys are the schema's.
import { familyOf, type Ip } from '../net/ip.ts';
import { formatPrefix } from '../net/prefix.ts';
import type { VrrpInstanceConfig } from './config.ts';
import { vrrpDefaults as defaults } from './defaults.ts';
import { formatDuration } from './leaves.ts';
import { errorAt, warningAt } from './problem.ts';
import { present, type Resolution } from './resolution.ts';
import type { VrrpDraft } from './schema-vrrp.ts';

export function resolveVrrp(draft: VrrpDraft, index: number, resolution: Resolution): VrrpInstanceConfig {
  const at = resolution.sites('vrrp', index);
  const advertIntervalMs = draft.advert_int ?? defaults.advert_int;
  const instance: VrrpInstanceConfig = {
    name: draft.name,
    interface: draft.interface,
    virtualRouterId: draft.virtual_router_id,
    version: draft.version ?? defaults.version,
    priority: draft.priority ?? defaults.priority,
    advertIntervalMs,
    preempt: draft.preempt ?? !(draft.nopreempt ?? !defaults.preempt),
    preemptDelayMs: draft.preempt_delay ?? defaults.preempt_delay,
    acceptMode: draft.accept ?? defaults.accept,
    virtualAddresses: draft.virtual_ipaddress,
    unicastPeers: draft.unicast_peer ?? [],
    ...present({ sourceAddress: draft.unicast_src_ip ?? draft.source, authPass: draft.auth_pass }),
    checksum: draft.checksum ?? defaults.checksum,
    vipLeaseSec: leaseOf(draft.vip_lease, advertIntervalMs),
    garpRepeat: draft.garp_master_repeat ?? defaults.garp_master_repeat,
    garpDelayMs: draft.garp_master_delay ?? defaults.garp_master_delay,
    garpRefreshMs: draft.garp_master_refresh ?? defaults.garp_master_refresh,
    at,
  };
  judgeVersion(instance, draft, index, resolution);
  judgeFamily(instance, index, resolution);
  judgeElection(instance, draft, index, resolution);
  judgeLease(instance, index, resolution);
  return instance;
}

/** DESIGN.md §1 property 2: the smallest whole number of seconds above three adverts and half a second. */
export const automaticLeaseSec = (advertIntervalMs: number): number =>
  Math.floor((3 * advertIntervalMs + 500) / 1000) + 1;

function leaseOf(lease: VrrpDraft['vip_lease'], advertIntervalMs: number): number | 'off' {
  if (lease === 0) return 'off';
  return lease === undefined || lease === 'auto' ? automaticLeaseSec(advertIntervalMs) : lease;
}

function judgeVersion(instance: VrrpInstanceConfig, draft: VrrpDraft, index: number, resolution: Resolution) {
  const { version, advertIntervalMs: interval } = instance;
  const at = (key: string) => resolution.sites('vrrp', index, key);
  // RFC 9568 §5.2.7: twelve bits of centiseconds. RFC 3768 §5.3.7: eight bits of seconds.
  if (version === 3 && interval > 40_950) {
    const rule = 'at most 40.95s with VRRP version 3';
    resolution.problems.push(errorAt(at('advert_int'), 'use advert_int', rule, formatDuration(interval)));
  }
  if (version === 2 && interval % 1000 !== 0) {
    const rule = 'whole seconds from 1s to 255s with VRRP version 2';
    resolution.problems.push(errorAt(at('advert_int'), 'use advert_int', rule, formatDuration(interval)));
  }
  // RFC 5798 §9 took authentication out of version 3.
  if (version === 3 && draft.auth_pass !== undefined) {
    resolution.problems.push(errorAt(at('auth_pass'), 'use auth_pass', 'version: 2 beside it', 'version 3'));
  }
}

function judgeFamily(instance: VrrpInstanceConfig, index: number, { problems, sites }: Resolution) {
  const judge = (address: Ip, ...path: readonly (string | number)[]) => {
    if (familyOf(address) === 'inet') return;
    const rule = 'an IPv4 address (IPv6 virtual routers are not supported yet)';
    problems.push(errorAt(sites('vrrp', index, ...path), `use ${path[0]}`, rule, address));
  };
  for (const [i, prefix] of instance.virtualAddresses.entries())
    judge(prefix.address, 'virtual_ipaddress', i);
  for (const [i, peer] of instance.unicastPeers.entries()) judge(peer, 'unicast_peer', i);
  if (instance.sourceAddress !== undefined) judge(instance.sourceAddress, 'unicast_src_ip');
}

function judgeElection(
  instance: VrrpInstanceConfig,
  draft: VrrpDraft,
  index: number,
  resolution: Resolution,
) {
  const { problems } = resolution;
  const at = (key: string) => resolution.sites('vrrp', index, key);
  if (instance.priority === 255) {
    // RFC 9568 §5.2.4: 255 is for the router that owns the addresses; it never waits in Backup.
    const rule =
      'below 255 unless these addresses are its own for good, as the owner always takes them at once';
    problems.push(warningAt(at('priority'), 'let a peer keep the addresses', rule, '255'));
  }
  if (draft.preempt !== undefined && draft.nopreempt === draft.preempt) {
    const got = `preempt and nopreempt both ${draft.preempt ? 'yes' : 'no'}`;
    problems.push(errorAt(at('nopreempt'), 'use nopreempt', 'the opposite of preempt', got));
  }
  if (!instance.preempt && instance.preemptDelayMs > 0) {
    const got = formatDuration(instance.preemptDelayMs);
    problems.push(warningAt(at('preempt_delay'), 'honour preempt_delay', 'preempt: yes beside it', got));
  }
  const { unicast_src_ip: first, source: second } = draft;
  if (first !== undefined && second !== undefined && first !== second) {
    problems.push(errorAt(at('source'), 'use source', `the same as unicast_src_ip (${first})`, second));
  }
}

function judgeLease(instance: VrrpInstanceConfig, index: number, { problems, sites }: Resolution) {
  const { vipLeaseSec: lease, advertIntervalMs } = instance;
  if (lease === 'off' || lease >= automaticLeaseSec(advertIntervalMs)) return;
  const at = sites('vrrp', index, 'vip_lease');
  const rule = `at least ${automaticLeaseSec(advertIntervalMs)} s, which outlives three adverts`;
  const judge = lease * 1000 <= advertIntervalMs ? errorAt : warningAt;
  problems.push(judge(at, 'keep the addresses through a late advert', rule, `${lease} s`));
}

/** One VRID once on an interface (RFC 9568 §5.2.3), each address and each name once in all. */
export function judgeVrrpConflicts(instances: readonly VrrpInstanceConfig[], resolution: Resolution): void {
  const seen = new Map<string, string>();
  const claim = (what: string, owner: string, rule: string, path: readonly (string | number)[]) => {
    const before = seen.get(what);
    seen.set(what, before ?? owner);
    if (before === undefined) return;
    const at = resolution.sites('vrrp', ...path);
    resolution.problems.push(errorAt(at, `use ${what}`, rule, `it again (first in ${before})`));
  };
  for (const [index, instance] of instances.entries()) {
    const { name, virtualRouterId: vrid } = instance;
    claim(`name ${name}`, name, 'each name once', [index, 'name']);
    const router = `virtual_router_id ${vrid} on ${instance.interface}`;
    claim(router, name, 'each VRID once on an interface', [index, 'virtual_router_id']);
    for (const [i, prefix] of instance.virtualAddresses.entries()) {
      const address = `address ${formatPrefix(prefix).split('/')[0]}`;
      claim(address, name, 'each address once', [index, 'virtual_ipaddress', i]);
    }
  }
}
