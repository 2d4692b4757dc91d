// S14: whatever others do, an active tells the neighbours where it is no more often than twice in an advert interval (or
// a second, where intervals are shorter), but for a few times when something begins: a host with its address, a flood of
// losing adverts or a rival that stays would have it shout without end.
import type { Micros } from '../../src/ports/clock.ts';
import type { Check, Violate } from './referee.ts';
import type { Router, World } from './world.ts';

const SECOND_US = 1_000_000;
const PAUSES = 10;
/** The quick ones at the beginning, round 2, a refresh, and what stalls and a change of roles add. */
const EXTRA = 10;

export function checkAnnouncements({ agenda }: World, violate: Violate): Check {
  const rounds = new Map<Router, readonly Micros[]>();
  return {
    stepped: (router, { effects, before }) => {
      if (before.phase !== 'active' || !effects.some(({ type }) => type === 'announce')) return;
      const now = agenda.now();
      const spanUs = PAUSES * Math.max(SECOND_US, router.config.advertIntervalUs);
      const recent = [...(rounds.get(router) ?? []).filter((at) => now - at < spanUs), now];
      rounds.set(router, recent);
      if (recent.length > 2 * PAUSES + EXTRA)
        violate('S14', `${router.name} announces itself ${recent.length} times in ${spanUs / SECOND_US} s`);
    },
  };
}
