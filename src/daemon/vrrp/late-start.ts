// When a virtual router begins to take part: at once, or so long after the start of the daemon, or after the boot of the
// host, that the network around it has settled. Not where one of its addresses is here already, nor where an earlier
// process of ours was heard of: what serves is never put off. keepalived: vrrp_startup_delay, vrrp_delay_after_boot.
import type { Emit } from '../../journal/event.ts';
import type { VrrpInstanceConfig } from '../../model/config/router.ts';
import type { Clock, Micros } from '../../ports/clock.ts';
import type { RouterShell } from './router/router-ports.ts';

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

export type LateStarts = {
  readonly start: (router: RouterShell, late: LateStart) => void;
  /** It is not started any more. */
  readonly cancel: (router: RouterShell) => void;
};

export function createLateStarts({
  clock,
  emit,
}: {
  readonly clock: Clock;
  readonly emit: Emit;
}): LateStarts {
  /** Those that are not to take part yet, and what calls their start off. */
  const waiting = new Map<RouterShell, () => void>();
  return {
    start: (router, { waitUs, reason }) => {
      const { name: instance, virtualRouterId: vrid, interface: device } = router.config();
      const delay_ms = Math.round(waitUs / 1000);
      emit({ event: 'vrrp.start_delayed', instance, vrid, interface: device, delay_ms, reason });
      const begin = () => {
        waiting.delete(router);
        router.start();
      };
      waiting.set(router, clock.after(waitUs / 1000, begin));
    },
    cancel: (router) => {
      waiting.get(router)?.();
      waiting.delete(router);
    },
  };
}
