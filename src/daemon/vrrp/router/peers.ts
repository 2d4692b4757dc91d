// The routers that a virtual router has heard adverts of, for people: who is out there, with what priority. Nothing of
// the election hangs on it. Bounded: whoever is on the LAN may send from any address.
import type { Ip } from '../../../net/ip.ts';
import type { Clock, Micros } from '../../../ports/clock.ts';
import type { Difference } from '../../../vrrp/differences.ts';
import type { PeerStatus } from '../messages.ts';

const peersMax = 16;

export type Peers = {
  /** An advert of that router was believed. @returns whether it had been heard of before. */
  readonly heard: (source: Ip, priority: number, differs?: readonly Difference[]) => boolean;
  /** In what they differed from another config than ours is now is of no interest. */
  readonly reconfigured: () => void;
  /** The one that was heard last comes first. */
  readonly status: () => readonly PeerStatus[];
};

type Heard = { readonly priority: number; readonly at: Micros; readonly differs: readonly Difference[] };

export function createPeers({ clock }: { readonly clock: Clock }): Peers {
  /** In the order in which they were heard last. */
  const peers = new Map<Ip, Heard>();
  return {
    heard: (source, priority, differs = []) => {
      const known = peers.delete(source);
      peers.set(source, { priority, at: clock.now(), differs });
      const [oldest] = peers.keys();
      if (peers.size > peersMax && oldest !== undefined) peers.delete(oldest);
      return known;
    },
    reconfigured: () => {
      for (const [source, heard] of peers) peers.set(source, { ...heard, differs: [] });
    },
    status: () =>
      [...peers].reverse().map(([address, { priority, at, differs }]) => ({
        ...{ address, priority },
        heardAgoMs: Math.round((clock.now() - at) / 1000),
        ...(differs.length > 0 && { differs }),
      })),
  };
}
