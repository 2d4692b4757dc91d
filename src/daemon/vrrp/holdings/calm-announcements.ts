// Addresses that were put back are announced at once, but ever more seldom while somebody goes on deleting them: each
// pause is twice the one before, up to half a minute, and what came meanwhile is announced at its end. A neighbour that
// has our entry keeps it while the address is away for a moment. What is announced at a change of roles is not held back.
import { formatPrefix, type Prefix } from '../../../net/prefix.ts';
import type { Clock } from '../../../ports/clock.ts';

const firstPauseMs = 1000;
const longestPauseMs = 30_000;

export type CalmAnnouncements = {
  readonly announce: (addresses: readonly Prefix[]) => void;
  readonly close: () => void;
};

export function createCalmAnnouncements(
  clock: Clock,
  announce: (addresses: readonly Prefix[]) => void,
): CalmAnnouncements {
  const waiting = new Map<string, Prefix>();
  let pauseMs = firstPauseMs;
  let pausing: (() => void) | undefined;

  function begin(addresses: readonly Prefix[]): void {
    announce(addresses);
    pausing = clock.after(pauseMs, end);
  }

  function end(): void {
    pausing = undefined;
    const addresses = [...waiting.values()];
    waiting.clear();
    // A pause without a restoration: it is over.
    pauseMs = addresses.length === 0 ? firstPauseMs : Math.min(longestPauseMs, 2 * pauseMs);
    if (addresses.length > 0) begin(addresses);
  }

  return {
    announce: (addresses) => {
      if (pausing === undefined) return begin(addresses);
      for (const prefix of addresses) waiting.set(formatPrefix(prefix), prefix);
    },
    close: () => {
      pausing?.();
      waiting.clear();
    },
  };
}
