// What a start does with addresses that an earlier run has left in the kernel (src/vrrp/hold.ts). L10: they answer
// until a successor is heard or their lease ends; the start itself takes nothing from the clients. S10: beside an
// active that can be heard they do not stay longer than its next advert takes.
import type { Micros } from '../../src/ports/clock.ts';
import { calmSince, kernelAnswer, movingSince } from './calm.ts';
import type { Check, Stepped, Violate } from './referee.ts';
import { acts, holdsAny, type Router, type World } from './world.ts';

/** src/daemon/vrrp/router/effect-queue.ts, twice. */
const QUEUE_US = 200_000;
const DRIFT = 1.003;

export function checkStart(world: World, violate: Violate): Check {
  const { agenda, scenario } = world;
  /** Those that have found some, and since when nothing has happened that would explain their removal. */
  const found = new Map<Router, Micros>();
  /** Those that are still at it, and were asked for nothing else. */
  const holding = new Map<Router, Micros>();
  const strangers = scenario.faults.some(({ kind }) => kind === 'deleteVip');
  const crossingUs = 2 * (scenario.delayUs + scenario.latenessUs);
  const answerUs = 2 * Math.min(QUEUE_US, kernelAnswer(world) + scenario.latenessUs);

  function begin(router: Router, { event }: Stepped): void {
    found.delete(router);
    const isStart = event.type === 'startup' || event.type === 'resumed';
    if (!isStart || !event.linkUp || router.config.priority === 255 || !holdsAny(router)) return;
    if (router.state.phase === 'active') return;
    found.set(router, agenda.now());
    if (router.state.phase === 'leaving') holding.set(router, agenda.now());
  }

  const explains = ({ event }: Stepped): boolean =>
    event.type === 'advertReceived' ? event.advert.priority > 0 : event.type !== 'deadlineReached';

  const stoodStill = ({ host }: Router, since: Micros): boolean => (host.stall?.until ?? 0) >= since;

  function judgeOverlap(router: Router, since: Micros): void {
    if (router.state.phase !== 'leaving' || !acts(router.host, agenda.now())) return;
    for (const other of router.group.routers) {
      if (other.state.phase !== 'active' || !acts(other.host, agenda.now())) continue;
      const calmUs = Math.max(
        ...[since, other.enteredAt, calmSince(world, router.host, other.host)],
        ...[movingSince(world, router.host), movingSince(world, other.host), other.host.unsentUntil],
      );
      const limitUs = other.config.advertIntervalUs * DRIFT + crossingUs + answerUs;
      if (agenda.now() - calmUs <= limitUs) continue;
      violate(
        'S10',
        `${router.name} holds on to what it found beside ${other.name} for more than ${limitUs} us`,
      );
    }
  }

  return {
    stepped: (router, step) => {
      if (step.before.phase === 'initialize') return begin(router, step);
      if (router.state.phase === 'active' || explains(step)) found.delete(router);
      const goesOn = step.event.type === 'advertReceived' || step.event.type === 'deadlineReached';
      if (router.state.phase !== 'leaving' || !goesOn) holding.delete(router);
    },
    expired: (router) => void found.delete(router),
    addressesChanged: (router) => {
      const since = found.get(router);
      if (since === undefined || holdsAny(router)) return;
      found.delete(router);
      if (strangers || !router.host.running || stoodStill(router, since)) return;
      violate('L10', `${router.name} took away what it found at its start, and had heard nobody`);
    },
    timePassed: () => {
      for (const [router, since] of holding) judgeOverlap(router, since);
    },
  };
}
