// A `vrrp` entry to its instances, one a family: defaults, and the rules that join two keys. Ranges of single keys
// are the schema's.

import type { Position } from '../../model/config/problem.ts';
import type { VrrpInstanceConfig } from '../../model/config/router.ts';
import { type Family, familyOf, type Ip, isLinkLocal } from '../../net/ip.ts';
import { routeFamily } from '../../net/route.ts';
import type { VirtualAddress } from '../../net/virtual-address.ts';
import { vrrpDefaults as defaults } from '../defaults.ts';
import { errorAt, warningAt } from '../problem.ts';
import { present, type Resolution } from '../resolution.ts';
import { formatDuration } from '../values/leaves.ts';
import type { PeerDraft } from './floating.ts';
import type { VrrpDraft } from './keys.ts';
import { judgePaths, pathsOf } from './paths.ts';

/** One instance, or two in lockstep where the addresses are of both families. */
export function resolveVrrp(
  draft: VrrpDraft,
  index: number,
  resolution: Resolution,
): readonly VrrpInstanceConfig[] {
  const families = (['inet', 'inet6'] as const).filter((family) =>
    draft.virtual_ipaddress.some(({ address }) => familyOf(address) === family),
  );
  const instances = families.map((family) => instanceOf(draft, family, resolution.sites('vrrp', index)));
  judgePaths(draft, index, resolution);
  judgeFamilies(draft, families, index, resolution);
  const [first] = instances;
  if (first === undefined) return [];
  judgeVersion(first, draft, index, resolution);
  judgeElection(first, draft, index, resolution);
  judgeLease(first, index, resolution);
  const [, second] = instances;
  if (second === undefined) return instances;
  // Names of their own: neither can be one that a user has given.
  const [name, syncGroup] = [`${first.name}/ipv6`, `${first.name}/both`];
  return [
    { ...first, syncGroup },
    { ...second, name, syncGroup },
  ];
}

function instanceOf(draft: VrrpDraft, family: Family, at: Position): VrrpInstanceConfig {
  const advertIntervalMs = draft.advert_int ?? defaults.advert_int;
  const isOfFamily = (address: Ip) => familyOf(address) === family;
  const sourceAddress = [draft.unicast_src_ip ?? draft.source].find(
    (address) => address !== undefined && isOfFamily(address),
  );
  return {
    name: draft.name,
    interface: pathsOf(draft).first,
    ...(pathsOf(draft).further.length > 0 && { furtherInterfaces: pathsOf(draft).further }),
    family,
    virtualRouterId: draft.virtual_router_id,
    version: draft.version ?? defaults.version,
    priority: draft.priority ?? defaults.priority,
    advertIntervalMs,
    preempt: draft.preempt ?? !(draft.nopreempt ?? !defaults.preempt),
    preemptDelayMs: draft.preempt_delay ?? defaults.preempt_delay,
    acceptMode: draft.accept ?? defaults.accept,
    virtualAddresses: linkLocalFirst(draft.virtual_ipaddress.filter(({ address }) => isOfFamily(address))),
    ...peersOf(draft, family),
    ...floatingOf(draft, family),
    ...present({ sourceAddress, authPass: draft.auth_pass }),
    checksum: draft.checksum ?? defaults.checksum,
    vipLeaseSec: leaseOf(draft.vip_lease, advertIntervalMs),
    garpRepeat: draft.garp_master_repeat ?? defaults.garp_master_repeat,
    garpDelayMs: draft.garp_master_delay ?? defaults.garp_master_delay,
    garpRefreshMs: draft.garp_master_refresh ?? defaults.garp_master_refresh,
    ...present({
      garpRefreshRepeat: draft.garp_master_refresh_repeat,
      garpIntervalMs: draft.garp_interval,
      vmac: vmacOf(draft, family),
    }),
    at,
  };
}

function peersOf({ unicast_peer: peers = [] }: VrrpDraft, family: Family) {
  const ofFamily = peers
    .filter((peer) => 'address' in peer)
    .filter((peer) => familyOf(peer.address) === family);
  const named = peers.filter((peer) => 'name' in peer);
  const bounded = ofFamily.filter(({ minTtl, maxTtl }) => (minTtl ?? maxTtl) !== undefined);
  const peerTtl = bounded.map(({ address, minTtl, maxTtl }) => ({
    peer: address,
    min: minTtl ?? 0,
    max: maxTtl ?? 255,
  }));
  return {
    unicastPeers: ofFamily.map(({ address }) => address),
    ...(named.length > 0 && { peerNames: named }),
    ...(peerTtl.length > 0 && { peerTtl }),
  };
}

/** Where both families run, each takes its own along. */
function floatingOf(draft: VrrpDraft, family: Family) {
  const hasBoth = new Set(draft.virtual_ipaddress.map(({ address }) => familyOf(address))).size > 1;
  const fits = (other: Family) => !hasBoth || other === family;
  const excluded = (draft.virtual_ipaddress_excluded ?? []).filter(({ address }) => fits(familyOf(address)));
  const routes = (draft.virtual_routes ?? []).filter((route) => fits(routeFamily(route)));
  const rules = (draft.virtual_rules ?? []).filter((rule) => fits(rule.family));
  return {
    ...(excluded.length > 0 && { excludedAddresses: excluded }),
    ...(routes.length > 0 && { virtualRoutes: routes }),
    ...(rules.length > 0 && { virtualRules: rules }),
  };
}

/** keepalived's names: vrrp.51, and vrrp6.51 for IPv6. */
function vmacOf({ use_vmac: vmac, virtual_router_id: vrid }: VrrpDraft, family: Family): string | undefined {
  if (vmac === undefined || vmac === false) return undefined;
  const byRule = family === 'inet' ? `vrrp.${vrid}` : `vrrp6.${vrid}`;
  return vmac === true ? byRule : vmac;
}

/** RFC 9568 §5.2.9: the first IPv6 address is a link-local one. */
const linkLocalFirst = (addresses: readonly VirtualAddress[]): readonly VirtualAddress[] => [
  ...addresses.filter(({ address }) => isLinkLocal(address)),
  ...addresses.filter(({ address }) => !isLinkLocal(address)),
];

/** docs/architecture.md "The lease": the smallest whole number of seconds above three adverts and half a second. */
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

const familyName = (family: Family): string => (family === 'inet' ? 'IPv4' : 'IPv6');

/**
 * An advert is one packet of at most 1500 bytes, and counts its addresses in eight bits (RFC 9568 §5.2.5). IPv6:
 * 40 bytes of header, 8 of advert, 16 an address.
 */
const addressesMax: Readonly<Record<Family, number>> = { inet: 255, inet6: 90 };

function judgeFamilies(
  draft: VrrpDraft,
  families: readonly Family[],
  index: number,
  { problems, sites }: Resolution,
) {
  const refuse = (path: readonly (string | number)[], rule: string, got: string) =>
    problems.push(errorAt(sites('vrrp', index, ...path), `use ${path[0]}`, rule, got));
  /** Which hop limits its socket takes is fixed by address as it is opened (system/sockets/advert-filter.ts). */
  const judgePeerName = ({ name, minTtl, maxTtl }: PeerDraft & { readonly name: string }, i: number) => {
    if (!families.includes('inet6') || (minTtl ?? maxTtl) === undefined) return;
    refuse(['unicast_peer', i], 'an address with min_ttl or max_ttl of IPv6', name);
  };
  const names = families.map(familyName).join(' or ');
  const peers = draft.unicast_peer ?? [];
  for (const [i, { address }] of draft.virtual_ipaddress.entries()) {
    if (draft.version !== 2 || familyOf(address) === 'inet') continue;
    // RFC 3768 is of IPv4 alone.
    refuse(['virtual_ipaddress', i], 'an IPv4 address with VRRP version 2', address);
  }
  for (const family of families) {
    const isOfFamily = (address: Ip) => familyOf(address) === family;
    const count = draft.virtual_ipaddress.filter(({ address }) => isOfFamily(address)).length;
    const most = addressesMax[family];
    if (count > most) refuse(['virtual_ipaddress'], `at most ${most} of ${familyName(family)}`, `${count}`);
    // A name may have addresses of either.
    if (peers.length > 0 && !peers.some((peer) => 'name' in peer || isOfFamily(peer.address))) {
      const rule = 'a peer for each family of virtual_ipaddress';
      refuse(['unicast_peer'], rule, `none of ${familyName(family)}`);
    }
  }
  for (const [i, peer] of peers.entries()) {
    if ('name' in peer) judgePeerName(peer, i);
    else if (!families.includes(familyOf(peer.address)))
      refuse(['unicast_peer', i], `an address of ${names}, as the VIPs`, peer.address);
  }
  for (const key of ['unicast_src_ip', 'source'] as const) {
    const source = draft[key];
    if (source !== undefined && !families.includes(familyOf(source)))
      refuse([key], `an address of ${names}, as the VIPs`, source);
  }
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

/** What an entry has become. */
export type VrrpEntry = {
  readonly index: number;
  readonly draft: VrrpDraft;
  readonly instances: readonly VrrpInstanceConfig[];
};

/** As many as the laboratory takes over (test/lab/vrrp/many-addresses.net.test.ts). */
const addressesTested = 4000;

/** Of all routers together: one process holds them. */
export function judgeAddressCount(entries: readonly VrrpEntry[], { problems, sites }: Resolution): void {
  let total = 0;
  for (const { index, draft } of entries) {
    const before = total;
    total += draft.virtual_ipaddress.length + (draft.virtual_ipaddress_excluded?.length ?? 0);
    if (before > addressesTested || total <= addressesTested) continue;
    const rule = `at most ${addressesTested} virtual addresses in all, as many as were tested`;
    const at = sites('vrrp', index, 'virtual_ipaddress');
    problems.push(warningAt(at, 'promise a take-over in time', rule, `${total} up to here`));
  }
}

/** One VRID once on an interface and family (RFC 9568 §5.2.3), each address and each name once in all. */
export function judgeVrrpConflicts(entries: readonly VrrpEntry[], resolution: Resolution): void {
  const seen = new Map<string, string>();
  const claim = (
    { what, scope = '' }: { readonly what: string; readonly scope?: string },
    owner: string,
    rule: string,
    path: readonly (string | number)[],
  ) => {
    const key = `${what} ${scope}`;
    const before = seen.get(key);
    seen.set(key, before ?? owner);
    if (before === undefined) return;
    const at = resolution.sites('vrrp', ...path);
    resolution.problems.push(errorAt(at, `use ${what}`, rule, `it again (first in ${before})`));
  };
  for (const { index, draft, instances } of entries) {
    const { name, virtual_router_id: vrid } = draft;
    claim({ what: `name ${name}` }, name, 'each name once', [index, 'name']);
    for (const { family, vmac } of instances) {
      if (vmac !== undefined)
        claim({ what: 'use_vmac', scope: vmac }, name, 'each interface name once', [index, 'use_vmac']);
      const { first, further } = pathsOf(draft);
      for (const path of [first, ...further]) {
        const router = { what: `virtual_router_id ${vrid} on ${path}`, scope: family };
        claim(router, name, 'each VRID once on an interface', [index, 'virtual_router_id']);
      }
    }
    for (const key of ['virtual_ipaddress', 'virtual_ipaddress_excluded'] as const) {
      for (const [i, { address, device }] of (draft[key] ?? []).entries()) {
        // A link-local address is one on each link.
        const scope = isLinkLocal(address) ? (device ?? pathsOf(draft).first) : '';
        claim({ what: `address ${address}`, scope }, name, 'each address once', [index, key, i]);
      }
    }
  }
}
