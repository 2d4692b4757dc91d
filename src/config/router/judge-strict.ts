// Strict mode of virtual routers, as vrrp_strict and strict_mode ask for it. What the RFC has no room for is
// refused, and what it leaves open is what it has as default: a router that is strict is one of RFC 9568, or of RFC 3768
// with version 2. What a peer sends is judged as ever. Source: keepalived/vrrp/vrrp.c (vrrp_complete_instance).
import type { VrrpInstanceConfig } from '../../model/config/router.ts';
import { isLinkLocal } from '../../net/ip.ts';
import { errorAt, warningAt } from '../problem.ts';
import type { Resolution } from '../resolution.ts';
import { formatDuration } from '../values/scalars.ts';
import type { VrrpDraft } from './keys.ts';
import type { RouterSite } from './router-site.ts';

/** As written, with what all routers have. */
export const withSharedStrict = (draft: VrrpDraft, shared: boolean | undefined): VrrpDraft =>
  draft.strict_mode !== undefined || shared !== true ? draft : { ...draft, strict_mode: shared };

type SharedDraft = {
  readonly vrrp_strict?: boolean | undefined;
  readonly vrrp?: readonly (VrrpDraft | undefined)[] | undefined;
};

export function judgeSharedStrict(
  { vrrp_strict: strict, vrrp = [] }: SharedDraft,
  { sites, problems }: Resolution,
): void {
  if (strict !== true || vrrp.some((each) => each === undefined || each.strict_mode === undefined)) return;
  const [rule, got] =
    vrrp.length === 0
      ? ['a virtual router in vrrp', 'none']
      : ['a virtual router without strict_mode of its own', 'none'];
  problems.push(warningAt(sites('vrrp_strict'), 'use vrrp_strict', rule, got));
}

/** What contradicts it. */
export function judgeStrict(
  router: VrrpInstanceConfig,
  draft: VrrpDraft,
  { site, problems }: RouterSite,
): void {
  if (draft.strict_mode !== true) return;
  for (const [key, rule, got] of contradictions(router, draft))
    problems.push(errorAt(site(key), `use ${key}`, `${rule} in strict mode`, got));
  const { family, virtualAddresses } = router;
  // RFC 9568 §5.2.9.
  if (
    family === 'inet6' &&
    virtualAddresses.length > 0 &&
    !virtualAddresses.some(({ address }) => isLinkLocal(address))
  ) {
    const rule = 'a link-local IPv6 address among them in strict mode';
    problems.push(warningAt(site('virtual_ipaddress'), 'advertise the addresses', rule, 'none'));
  }
}

type Contradiction = readonly [key: keyof VrrpDraft, rule: string, got: string];

function contradictions(
  { version, priority, virtualAddresses }: VrrpInstanceConfig,
  draft: VrrpDraft,
): readonly Contradiction[] {
  const { auth_pass, unicast_peer: peers = [], preempt_delay: delay = 0 } = draft;
  const found: Contradiction[] = [];
  // RFC 3768 §10 took authentication out of version 2 as well.
  if (auth_pass !== undefined) found.push(['auth_pass', 'none', 'a password']);
  // RFC 9568 §5.1.1.2: adverts go to the group.
  if (peers.length > 0) found.push(['unicast_peer', 'none', `${peers.length}`]);
  if (delay > 0) found.push(['preempt_delay', 'none', formatDuration(delay)]);
  // Version 3 is refused without one anyway.
  if (version === 2 && virtualAddresses.length === 0)
    found.push(['virtual_ipaddress', 'at least one address', 'none']);
  // RFC 3768 has no Accept_Mode: only the owner accepts (§6.4.3).
  if (version === 2 && draft.accept === true && priority !== 255)
    found.push(['accept', 'version: 3 or priority: 255 beside it', 'version 2']);
  return found;
}
