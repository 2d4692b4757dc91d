// L1 for the client: while everybody that is there hears everybody, nobody goes unserved for longer than the
// longest Active_Down_Interval, the kernel's answer, and the time until it asks who has the address now.
import type { Micros } from '../../src/ports/clock.ts';
import { calmSince, isCore, kernelAnswer, movingSince, takesPart } from './calm.ts';
import type { Check, Violate } from './referee.ts';
import { longestDown, longestInterval } from './windows.ts';
import type { Group, Host, World } from './world.ts';

const ASK_US = 1_000_000;

export function checkOutage(world: World, violate: Violate): Check {
  const { scenario, agenda, lan, client } = world;
  const slackUs = 2 * (scenario.delayUs + scenario.latenessUs) + 2 * kernelAnswer(world) + ASK_US;
  const limits = scenario.groups.map(
    (group) => 1.01 * (longestDown(group) + 2 * longestInterval(group)) + slackUs,
  );

  function reachableSince(host: Host): Micros {
    const place = lan.places - 1;
    if (!lan.isOpen(place, host.index) || !lan.isOpen(host.index, place)) return Number.POSITIVE_INFINITY;
    return Math.max(
      lan.harmedAt(place, host.index),
      lan.harmedAt(host.index, place),
      movingSince(world, host),
    );
  }

  /** Of all hosts of the group that take part, and of the client with them. */
  function groupCalmSince({ routers }: Group): Micros {
    const faultsAreOver = agenda.now() >= scenario.faultsEndAt;
    const hosts = routers.map(({ host }) => host).filter((host) => !faultsAreOver || isCore(world, host));
    const gone = routers.filter(({ state }) => state.phase === 'initialize');
    const present = hosts.filter((host) => takesPart(host) && !gone.some((router) => router.host === host));
    if (present.length === 0) return Number.POSITIVE_INFINITY;
    const pairs = present.flatMap((a, index) => present.slice(index + 1).map((b) => calmSince(world, a, b)));
    // What one that is gone has sent may come late, and who asked it must ask another.
    const pasts = routers.flatMap(({ host }) => present.map((to) => lan.harmedAt(host.index, to.index)));
    // Who cannot be heard serves nobody.
    const unsent = hosts.map(({ unsentUntil }) => unsentUntil);
    const ends = [
      ...unsent,
      ...hosts.map(({ disturbedAt }) => disturbedAt),
      ...gone.map(({ enteredAt }) => enteredAt),
    ];
    const start = faultsAreOver ? scenario.faultsEndAt : 0;
    return Math.max(start, ...pairs, ...pasts, ...ends, ...present.map(reachableSince));
  }

  return {
    timePassed: () => {
      const now = agenda.now();
      for (const group of world.groups) {
        const limitUs = limits[group.index] as Micros;
        const since = client.unservedSince(group);
        if (since === undefined || now - since <= limitUs) continue;
        const calmUs = now - Math.max(since, groupCalmSince(group));
        if (calmUs > limitUs) violate('L1', `nobody serves ${group.name} for ${calmUs} us of calm`);
      }
    },
  };
}
