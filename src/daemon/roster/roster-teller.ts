// Tells what is amiss with servers and peers that are named: servers that are one and the same, and routers whose peers
// nobody knows an address of. Each is told once, and again only after it had been well.

import type { Journal } from '../../journal/event.ts';
import type { VrrpInstanceConfig } from '../../model/config/router.ts';
import { duplicateEvent } from '../../roster/changes.ts';
import type { Duplicate } from '../../roster/effective.ts';

export type RosterTeller = {
  readonly tellDuplicates: (found: readonly Duplicate[]) => void;
  /** @param waiting names of the routers that know none of their peers. */
  readonly tellWaiting: (waiting: readonly string[], instances: readonly VrrpInstanceConfig[]) => void;
};

export function createRosterTeller(journal: Journal): RosterTeller {
  let duplicates: readonly string[] = [];
  let waitingBefore: readonly string[] = [];
  return {
    tellDuplicates: (found) => {
      const events = found.map(duplicateEvent);
      for (const event of events) if (!duplicates.includes(JSON.stringify(event))) journal(event);
      duplicates = events.map((event) => JSON.stringify(event));
    },
    tellWaiting: (waiting, instances) => {
      for (const instance of waiting.filter((name) => !waitingBefore.includes(name))) {
        const peers = instances.find(({ name }) => name === instance)?.peerNames ?? [];
        journal({ event: 'vrrp.peers_unknown', instance, names: peers.map(({ name }) => name) });
      }
      waitingBefore = waiting;
    },
  };
}
