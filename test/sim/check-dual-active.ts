// Two actives that hear each other: none longer than it takes one advert to get from the higher to the lower
// (S2: δ + J where the higher came later, 2δ + 2J where a lower one took over wrongly; S3: after a heal no longer
// than the next advert takes). The peers here all follow RFC 9568.
import type { Micros } from '../../src/ports/clock.ts';
import { calmSince, kernelAnswer, movingSince } from './calm.ts';
import { compare } from './check-conflicts.ts';
import type { Check, Violate } from './referee.ts';
import { priorityOf } from './windows.ts';
import { acts, type Group, type Router, type World } from './world.ts';

/** An advert waits no longer than that behind an answer of the kernel (effect-queue.ts). */
const QUEUE_US = 100_000;
const DRIFT = 1.003;
const ROUNDING_US = 10;

export function checkDualActive(world: World, violate: Violate): Check {
  const { scenario, agenda } = world;
  const actives = new Map<Group, readonly Router[]>();
  /** G: address first, advert second; and a removal may be under way still. */
  const installUs = 2 * Math.min(QUEUE_US + scenario.latenessUs, kernelAnswer(world));

  function allowedUs(higher: Router, lower: Router, calmUs: Micros): Micros {
    const crossingUs = scenario.delayUs + scenario.latenessUs;
    const newer = higher.enteredAt > lower.enteredAt ? higher : lower;
    if (calmUs < newer.enteredAt) return installUs + (newer === higher ? crossingUs : 2 * crossingUs);
    // The lower's advert is answered unless two were answered within half an interval (S12).
    const [intervalUs, otherUs] = [higher.config.advertIntervalUs, lower.config.advertIntervalUs];
    return Math.min(intervalUs, otherUs + intervalUs / 2) * DRIFT + installUs + 2 * crossingUs;
  }

  function judge(a: Router, b: Router, now: Micros): void {
    const calmUs = Math.max(
      calmSince(world, a.host, b.host),
      ...[movingSince(world, a.host), movingSince(world, b.host)],
      // Who hears nobody cannot yield.
      ...[a.host.unsentUntil, b.host.unsentUntil],
    );
    const since = Math.max(a.enteredAt, b.enteredAt, calmUs);
    if (since >= now) return;
    const [higher, lower] = compare(priorityOf(a.config), a.config.sourceAddress, b) > 0 ? [a, b] : [b, a];
    const limitUs = allowedUs(higher, lower, calmUs) + ROUNDING_US;
    if (now - since <= limitUs) return;
    const invariant = calmUs < since ? 'S2' : 'S3';
    violate(invariant, `${a.name} and ${b.name} are both active for ${now - since} us, at most ${limitUs}`);
  }

  return {
    stepped: (router, { before }) => {
      if (before.phase === router.state.phase) return;
      const { group } = router;
      actives.set(
        group,
        group.routers.filter(({ state }) => state.phase === 'active'),
      );
    },
    timePassed: () => {
      for (const list of actives.values()) {
        if (list.length < 2) continue;
        const now = agenda.now();
        const present = list.filter(({ host }) => acts(host, now));
        for (const [index, a] of present.entries()) {
          for (const b of present.slice(index + 1)) judge(a, b, now);
        }
      }
    },
  };
}
