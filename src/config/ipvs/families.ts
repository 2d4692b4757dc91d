// Servers of another family than their service beside sync daemons: the kernel has the one or the other, as what the
// daemons send has room for one family a connection (ip_vs_ctl.c, ip_vs_genl_set_cmd and ip_vs_genl_new_daemon).

import type { Config } from '../../model/config/config.ts';
import { serviceFamily } from '../../model/ipvs.ts';
import { familyOf } from '../../net/ip.ts';
import { warningAt } from '../problem.ts';
import type { Resolution } from '../resolution.ts';

export function judgeFamilies(
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
