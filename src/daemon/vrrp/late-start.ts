// When a virtual router begins to take part: at once, or so long after the start of the daemon, or after the boot of the
// host, that the network around it has settled. Not where one of its addresses is here already, nor where an earlier
// process of ours was heard of: what serves is never put off. keepalived: vrrp_startup_delay, vrrp_delay_after_boot.
import type { VrrpInstanceConfig } from '../../model/config/router.ts';
import type { Micros } from '../../ports/clock.ts';

export type LateStart = { readonly waitUs: Micros; readonly reason: 'start_delay' | 'delay_after_boot' };

/** @param now of the monotonic clock, which counts from the boot of the host. */
export function lateStartOf(
  { startDelayMs = 0, delayAfterBootMs = 0 }: VrrpInstanceConfig,
  { now, startedAt }: { readonly now: Micros; readonly startedAt: Micros },
): LateStart | undefined {
  const ofStart = startedAt + 1000 * startDelayMs - now;
  const ofBoot = 1000 * delayAfterBootMs - now;
  const waitUs = Math.max(ofStart, ofBoot);
  if (waitUs <= 0) return undefined;
  return { waitUs, reason: ofStart >= ofBoot ? 'start_delay' : 'delay_after_boot' };
}
