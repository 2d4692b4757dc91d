// L11: after every end of a double mastership, and after every hand-over, a client that takes the one that is not active
// any more for the virtual router is told better within an advert interval (or a second, where intervals are shorter), if
// that one stopped serving while it and the active could hear each other, and the client could hear the active.
// S13: who knows that its adverts go to nobody does not announce itself, and has left after its Active_Down_Interval.
import type { Micros } from '../../src/ports/clock.ts';
import { calmSince, kernelAnswer, movingSince } from './calm.ts';
import type { Check, Stepped, Violate } from './referee.ts';
import { downOf, longestInterval } from './windows.ts';
import { acts, type Group, type Router, type World } from './world.ts';

const DRIFT = 1.01;
const SECOND_US = 1_000_000;
/** src/daemon/vrrp/router/effect-queue.ts. */
const QUEUE_US = 100_000;
/** src/vrrp/contest.ts: until whoever answers has had its time to yield, and the pause behind another round. */
const SETTLE_US = 50_000 + 250_000;

type Wrong = {
  readonly router: Router;
  readonly place: number;
  /** When it left its role, or its kernel lost the addresses. */
  readonly since: Micros;
  /** It did so itself. */
  readonly yielded: boolean;
};

export function checkNeighbours(world: World, violate: Violate): Check {
  const { agenda, scenario, lan } = world;
  const wrong = new Map<string, Wrong>();
  const pathUs = scenario.delayUs + scenario.latenessUs;
  const answerUs = 2 * Math.min(QUEUE_US + scenario.latenessUs, kernelAnswer(world));
  const limits = scenario.groups.map(
    (group) => Math.max(SECOND_US, longestInterval(group)) * DRIFT + SETTLE_US + 4 * pathUs + answerUs,
  );

  const keyOf = ({ group }: Router, place: number): string => `${group.index} ${place}`;
  const serves = (router: Router): boolean => (router.vips[0] ?? 0) > 0 || router.wanted;

  function lostBy(router: Router, place: number): Wrong {
    const now = agenda.now();
    const yielded = router.state.phase !== 'active' && acts(router.host, now);
    return { router, place, yielded, since: yielded ? router.enteredAt : now };
  }

  function loseAll(router: Router): void {
    for (const [place, entry] of world.neighbours.entries(router.group).entries()) {
      if (entry === router) wrong.set(keyOf(router, place), lostBy(router, place));
    }
  }

  function findAll(router: Router): void {
    for (const [key, { router: known }] of wrong) if (known === router) wrong.delete(key);
  }

  const onlyActive = ({ routers }: Group): Router | undefined => {
    const actives = routers.filter(({ state, host }) => state.phase === 'active' && acts(host, agenda.now()));
    return actives.length === 1 ? actives[0] : undefined;
  };

  /** Since when the active has been able to find out, and to tell the client. */
  function calmFrom(active: Router, { router, place }: Wrong): Micros {
    const { index } = active.host;
    const isBeside = index === place;
    const path = isBeside || lan.isOpen(index, place) ? lan.harmedAt(index, place) : Number.POSITIVE_INFINITY;
    return Math.max(isBeside ? 0 : path, calmSince(world, active.host, router.host));
  }

  /** When the active must have been able to find out that it was not alone, at the latest. */
  function knownFrom(active: Router, { router, since, yielded }: Wrong): Micros {
    const silent = router.host.plan.silent === true;
    // Its last word was refused.
    if (router.host.unsentUntil + 2 * pathUs > since) return Number.NEGATIVE_INFINITY;
    if (active.host.plan.silent === true && (silent || !yielded)) return Number.NEGATIVE_INFINITY;
    const intervalUs = DRIFT * active.config.advertIntervalUs;
    // Whose process does nothing, its kernel answers when it is asked.
    if (!yielded) return since - intervalUs - 2 * pathUs;
    // A new active does not ask: it has announced itself.
    const isNew = since > active.enteredAt && since - active.enteredAt < intervalUs;
    return isNew ? active.enteredAt : since;
  }

  function judge(entry: Wrong, now: Micros): void {
    const { router, place, since } = entry;
    const active = onlyActive(router.group);
    if (active === undefined || active === router) return;
    if (calmFrom(active, entry) >= knownFrom(active, entry) || movingSince(world, router.host) > since)
      return;
    const from = Math.max(
      ...[since, active.enteredAt],
      ...[movingSince(world, active.host), active.host.unsentUntil],
    );
    const limitUs = limits[router.group.index] as Micros;
    if (now - from <= limitUs) return;
    violate('L11', `the client at ${place} has ${router.name}, not ${active.name}, for ${now - from} us`);
  }

  function judgeUnsent(router: Router, { effects, event, now }: Stepped): void {
    // Another priority may move its time to before now: it leaves next.
    if (event.type === 'reconfigured') return;
    const { state, config } = router;
    if (state.phase !== 'active' || state.unsent === undefined) return;
    if (effects.some(({ type }) => type === 'announce')) violate('S13', `${router.name} announces, unheard`);
    const silentUs = now - Math.max(router.lastSentAt, state.since);
    const limitUs = downOf(config, config.advertIntervalUs) + 2 * scenario.latenessUs;
    if (silentUs > limitUs && movingSince(world, router.host) < agenda.now() - limitUs) {
      violate('S13', `${router.name} is active, and nobody has heard it for ${silentUs} us`);
    }
  }

  return {
    stepped: judgeUnsent,
    addressesChanged: (router) => (serves(router) ? findAll(router) : loseAll(router)),
    learned: (router, place) => {
      wrong.delete(keyOf(router, place));
      // What comes late is old: nobody can know of it.
      const isFresh = agenda.now() - router.enteredAt <= scenario.delayUs;
      if (!serves(router) && isFresh) wrong.set(keyOf(router, place), lostBy(router, place));
    },
    timePassed: () => {
      if (wrong.size === 0) return;
      const now = agenda.now();
      for (const entry of wrong.values()) judge(entry, now);
    },
  };
}
