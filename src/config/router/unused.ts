// Keys of a virtual router that have no effect as the others of it stand, out of one table of what each needs: a new key does
// not compile without its line here. What contradicts another key is judged with its subject (peers.ts, election.ts).
import type { VrrpInstanceConfig } from '../../model/config/router.ts';
import { warningAt } from '../problem.ts';
import type { VrrpDraft } from './keys.ts';
import type { RouterSite } from './router-site.ts';

type Key = keyof VrrpDraft;
/** Undefined: it has an effect. */
type Lack = { readonly rule: string; readonly got: string } | undefined;
type Needs = (router: VrrpInstanceConfig) => Lack;

const always: Needs = () => undefined;

const anAddress: Needs = ({ virtualAddresses, excludedAddresses = [] }) =>
  virtualAddresses.length + excludedAddresses.length > 0
    ? undefined
    : { rule: 'an address in virtual_ipaddress', got: 'none' };

const aMacvlan: Needs = (router) =>
  anAddress(router) ?? (router.vmac === undefined ? { rule: 'use_vmac beside it', got: 'none' } : undefined);

const announcements: Needs = (router) =>
  anAddress(router) ??
  (router.garpRepeat > 0 ? undefined : { rule: 'garp_master_repeat above 0 beside it', got: '0' });

const aRefresh: Needs = (router) =>
  anAddress(router) ??
  (router.garpRefreshMs > 0 ? undefined : { rule: 'garp_master_refresh beside it', got: 'none' });

const contestAnnouncements: Needs = (router) =>
  anAddress(router) ??
  ((router.garpLowerRepeat ?? router.garpRepeat) > 0
    ? undefined
    : { rule: 'garp_lower_prio_repeat above 0 beside it', got: '0' });

const eitherAnnouncement: Needs = (router) =>
  anAddress(router) ?? (router.garpRefreshMs > 0 ? undefined : announcements(router));

const version3: Needs = ({ version }) =>
  version === 3
    ? undefined
    : { rule: 'version: 3, as only its checksum has two forms', got: `version ${version}` };

const needs: Readonly<Record<Key, Needs>> = {
  name: always,
  interface: always,
  interfaces: always,
  dont_track_primary: always,
  virtual_router_id: always,
  version: always,
  priority: always,
  advert_int: always,
  preempt: always,
  nopreempt: always,
  preempt_delay: always,
  strict_mode: always,
  accept: anAddress,
  virtual_ipaddress: always,
  virtual_ipaddress_excluded: always,
  virtual_routes: always,
  virtual_rules: always,
  use_vmac: anAddress,
  vmac_xmit_base: aMacvlan,
  unicast_peer: always,
  unicast_src_ip: always,
  source: always,
  mcast_dst_ip: always,
  auth_pass: always,
  checksum: version3,
  vip_lease: anAddress,
  garp_master_repeat: anAddress,
  garp_master_delay: announcements,
  garp_master_refresh: anAddress,
  garp_master_refresh_repeat: aRefresh,
  garp_interval: eitherAnnouncement,
  lower_prio_no_advert: always,
  higher_prio_send_advert: always,
  garp_lower_prio_repeat: anAddress,
  garp_lower_prio_delay: contestAnnouncements,
  track_interface: always,
  track_script: always,
  track_file: always,
  track_process: always,
  track_virtual: always,
  notify_master: always,
  notify_backup: always,
  notify_fault: always,
  notify_stop: always,
  notify_deleted: always,
  notify_master_rx_lower_pri: always,
  notify: always,
  notify_user: always,
  notify_master_user: always,
  notify_backup_user: always,
  notify_fault_user: always,
  notify_stop_user: always,
  notify_deleted_user: always,
  notify_master_rx_lower_pri_user: always,
  notify_priority_changes: always,
  smtp_alert: always,
};

/** `no`, 0 and the empty list ask for nothing. */
const asks = (value: unknown): boolean => value !== undefined && value !== false && value !== 0;

export function judgeUnused(
  router: VrrpInstanceConfig,
  draft: VrrpDraft,
  { site, problems }: RouterSite,
): void {
  for (const key of Object.keys(needs) as readonly Key[]) {
    const lack = asks(draft[key]) ? needs[key](router) : undefined;
    if (lack !== undefined) problems.push(warningAt(site(key), `use ${key}`, lack.rule, lack.got));
  }
}
