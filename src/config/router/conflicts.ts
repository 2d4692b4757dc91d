// What only all virtual routers together show: names, VRIDs and addresses that stand twice, and too many addresses for one
// process.
import type { VrrpInstanceConfig } from '../../model/config/router.ts';
import { isLinkLocal } from '../../net/ip.ts';
import { errorAt, warningAt } from '../problem.ts';
import type { Resolution } from '../resolution.ts';
import type { VrrpDraft } from './keys.ts';
import { pathsOf } from './paths.ts';

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
    total += (draft.virtual_ipaddress?.length ?? 0) + (draft.virtual_ipaddress_excluded?.length ?? 0);
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
    for (const { family, vmac, multicastGroup: group } of instances) {
      if (vmac !== undefined)
        claim({ what: 'use_vmac', scope: vmac }, name, 'each interface name once', [index, 'use_vmac']);
      const { first, further } = pathsOf(draft);
      for (const path of [first, ...further]) {
        // Routers of other groups do not hear this one; with a MAC by the VRID they would share that.
        const scope = group === undefined || vmac !== undefined ? family : `${family} ${group}`;
        const router = { what: `virtual_router_id ${vrid} on ${path}`, scope };
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
