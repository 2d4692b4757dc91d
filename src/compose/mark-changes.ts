// What a config would change among the firewall marks that are set here, for `plan`.

import { createMarkKernel } from '../kernel/marks.ts';
import type { VirtualConfig } from '../model/config/service.ts';
import { diffMarks, type MarkChange, marksOf } from '../reconcile/marks.ts';
import { systemClock } from '../system/clock.ts';
import { openNetlinkSocket } from '../system/sockets/netlink-socket.ts';

/** None where the kernel has no nf_tables, or may not be asked, and no service lists marks. */
export async function markChangesFor(virtuals: readonly VirtualConfig[]): Promise<readonly MarkChange[]> {
  const kernel = createMarkKernel(() => openNetlinkSocket('netfilter'), systemClock);
  const changes: MarkChange[] = [];
  for (const family of ['inet', 'inet6'] as const) {
    const observed = await kernel.observe(family);
    changes.push(...diffMarks(observed.ok ? observed.value : 'none', marksOf(virtuals, family)));
  }
  return changes;
}
