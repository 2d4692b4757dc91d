// A client on the network with an ARP (neighbour) cache: for each group it knows which host it takes for the
// virtual router, and whether that one would answer now. It believes announcements, and asks anew each second
// while nobody answers. Its outages are a result of every run. docs/reference/vrrp.md §5.1.
import type { Micros } from '../../src/ports/clock.ts';
import { type Group, kernelServes, type Router, type World } from './world.ts';

const ASK_EVERY_US = 1_000_000;

export type Outage = { readonly from: Micros; readonly until: Micros };

export type Client = {
  /** Something changed that may matter to it. */
  readonly refresh: (group: Group) => void;
  readonly hear: (group: Group, router: Router) => void;
  /** Since when nobody answers; undefined: somebody does. */
  readonly unservedSince: (group: Group) => Micros | undefined;
  /** Of each group: those that are over. */
  readonly outages: (group: Group) => readonly Outage[];
};

type Entry = {
  neighbour: Router | undefined;
  unservedSince: Micros | undefined;
  asking: boolean;
  readonly outages: Outage[];
};

export function createClient(world: () => World): Client {
  const entries = new Map<Group, Entry>();

  function entryOf(group: Group): Entry {
    const known = entries.get(group);
    if (known !== undefined) return known;
    const entry: Entry = { neighbour: undefined, unservedSince: 0, asking: false, outages: [] };
    entries.set(group, entry);
    return entry;
  }

  function answers(router: Router): boolean {
    const { agenda, lan } = world();
    const place = lan.places - 1;
    return (
      (router.vips[0] ?? 0) > 0 &&
      kernelServes(router.host, agenda.now()) &&
      lan.isOpen(place, router.host.index) &&
      lan.isOpen(router.host.index, place)
    );
  }

  function refresh(group: Group): void {
    const entry = entryOf(group);
    const now = world().agenda.now();
    const isServed = entry.neighbour !== undefined && answers(entry.neighbour);
    if (isServed && entry.unservedSince !== undefined) {
      if (now > entry.unservedSince) entry.outages.push({ from: entry.unservedSince, until: now });
      world().trace?.(now, 'client', `${group.name} answers again, after ${now - entry.unservedSince} us`);
      entry.unservedSince = undefined;
    }
    if (isServed) return;
    if (entry.unservedSince === undefined) {
      entry.unservedSince = now;
      world().trace?.(now, 'client', `${group.name} does not answer`);
    }
    if (entry.asking) return;
    entry.asking = true;
    world().agenda.plan(now + ASK_EVERY_US, () => {
      entry.asking = false;
      if (entry.unservedSince !== undefined) ask(group);
    });
  }

  function ask(group: Group): void {
    const answering = group.routers.filter(answers);
    if (answering.length > 0) entryOf(group).neighbour = world().random.pick(answering);
    refresh(group);
  }

  return {
    refresh,
    hear: (group, router) => {
      entryOf(group).neighbour = router;
      refresh(group);
    },
    unservedSince: (group) => entryOf(group).unservedSince,
    outages: (group) => entryOf(group).outages,
  };
}
