// The routers that a virtual router has heard adverts of, for people: who is out there, with what priority. Nothing of
// the election hangs on it. Bounded: whoever is on the LAN may send from any address.
import type { Ip } from '../../../net/ip.ts';
import type { Clock, Micros } from '../../../ports/clock.ts';
import type { PeerStatus } from '../messages.ts';

const peersMax = 16;

export type Peers = {
  /** An advert of that router was believed. @returns whether it had been heard of before. */
  readonly heard: (source: Ip, priority: number) => boolean;
  /** The one that was heard last comes first. */
  readonly status: () => readonly PeerStatus[];
};

export function createPeers({ clock }: { readonly clock: Clock }): Peers {
  /** In the order in which they were heard last. */
  const peers = new Map<Ip, { readonly priority: number; readonly at: Micros }>();
  return {
    heard: (source, priority) => {
      const known = peers.delete(source);
      peers.set(source, { priority, at: clock.now() });
      const [oldest] = peers.keys();
      if (peers.size > peersMax && oldest !== undefined) peers.delete(oldest);
      return known;
    },
    status: () =>
      [...peers].reverse().map(([address, { priority, at }]) => ({
        ...{ address, priority },
        heardAgoMs: Math.round((clock.now() - at) / 1000),
      })),
  };
}
