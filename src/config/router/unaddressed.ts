// What a virtual router without any address makes nothing of: the keys of addresses, from their own shapes.
import type { VrrpInstanceConfig } from '../../model/config/router.ts';
import { warningAt } from '../problem.ts';
import { announcementShape } from './announcements.ts';
import type { VrrpDraft } from './keys.ts';
import { leaseShape } from './lease.ts';
import type { RouterSite } from './router-site.ts';

const addressKeys = [
  ...Object.keys({ ...announcementShape, ...leaseShape }),
  ...['accept', 'use_vmac'],
] as readonly (keyof VrrpDraft)[];

export function judgeUnaddressed(
  { virtualAddresses, excludedAddresses = [] }: VrrpInstanceConfig,
  draft: VrrpDraft,
  { site, problems }: RouterSite,
): void {
  if (virtualAddresses.length + excludedAddresses.length > 0) return;
  for (const key of addressKeys) {
    if (draft[key] === undefined) continue;
    problems.push(warningAt(site(key), `use ${key}`, 'an address in virtual_ipaddress', 'none'));
  }
}
