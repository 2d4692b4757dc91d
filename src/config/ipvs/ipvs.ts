// The `ipvs` section: the table as a whole, and what the kernel keeps beside it.
import * as z from 'zod';
import type { IpvsConfig } from '../../model/config/ipvs.ts';
import type { VrrpInstanceConfig } from '../../model/config/router.ts';
import { ipvsDefaults } from '../defaults.ts';
import { present, type Resolution } from '../resolution.ts';
import { optional } from '../values/documented.ts';
import { choice, duration, formatDuration } from '../values/scalars.ts';
import { resolveSync, syncSchema } from './sync.ts';
import { resolveSysctl, sysctlSchema } from './sysctl.ts';
import { resolveTimeouts, timeoutSchema } from './timeout.ts';

export const ipvsSchema = z.strictObject({
  resync_interval: optional(
    duration({ minMs: 100, maxMs: 86_400_000 }),
    'How often the table is compared with what it should be.',
    formatDuration(ipvsDefaults.resync_interval),
  ),
  foreign: optional(
    choice(['keep', 'remove']),
    'What happens to services that no config names.',
    ipvsDefaults.foreign,
  ),
  timeout: optional(timeoutSchema, 'When connections are forgotten (ipvsadm --set).'),
  sync: optional(syncSchema, 'The daemons that keep the connections of the other director.'),
  sysctl: optional(sysctlSchema, 'Settings of the kernel by their names below net.ipv4.vs.'),
});
type IpvsDraft = z.output<typeof ipvsSchema>;

/** @param vrrp one instance for each entry of `vrrp`, under the name of the entry. */
export function resolveIpvs(
  { resync_interval, foreign, timeout, sync, sysctl }: IpvsDraft,
  vrrp: readonly VrrpInstanceConfig[],
  resolution: Resolution,
): IpvsConfig {
  return {
    resyncIntervalMs: resync_interval ?? ipvsDefaults.resync_interval,
    foreign: foreign ?? ipvsDefaults.foreign,
    ...present({
      timeouts: timeout && resolveTimeouts(timeout),
      sync: sync && resolveSync(sync, vrrp, resolution),
      sysctl: sysctl && resolveSysctl(sysctl),
    }),
  };
}
