// Since when two hosts have been able to hear each other without harm: most invariants hold over "benign" links
// only (docs/reference/vrrp.md §5.1). A process that stands still is another matter: what reaches it waits for it.
import type { Micros } from '../../src/ports/clock.ts';
import type { Host, World } from './world.ts';

export const takesPart = (host: Host): boolean => host.powered && host.running && host.linkUp;

/** Infinity: they cannot, now. */
export function calmSince({ lan }: World, a: Host, b: Host): Micros {
  if (!takesPart(a) || !takesPart(b)) return Number.POSITIVE_INFINITY;
  if (!lan.isOpen(a.index, b.index) || !lan.isOpen(b.index, a.index)) return Number.POSITIVE_INFINITY;
  return Math.max(
    lan.harmedAt(a.index, b.index),
    lan.harmedAt(b.index, a.index),
    a.disturbedAt,
    b.disturbedAt,
  );
}

/** Since when it has not stood still; Infinity: it does now. */
export function movingSince({ agenda }: World, { stall }: Host): Micros {
  if (stall === undefined) return 0;
  return stall.until > agenda.now() ? Number.POSITIVE_INFINITY : stall.until;
}

/** Whether it takes part once the faults are over: everybody does but those that stay broken. */
export const isCore = ({ scenario }: World, host: Host): boolean =>
  !scenario.broken.some((broken) => broken.host === host.index);

/** G: until the kernel has answered, with what slows it down in this run. */
export function kernelAnswer({ scenario }: World): Micros {
  const slowest = scenario.faults.map((fault) => (fault.kind === 'slowKernel' ? fault.byUs : 0));
  return scenario.kernelUs + Math.max(0, ...slowest);
}
