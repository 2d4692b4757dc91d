// L2: a role that is given away is served throughout: the one that leaves keeps the addresses until a successor has
// them, if there is one that hears it (docs/architecture.md "The hand-over"). That the successor is there after its
// Skew_Time is check-timers.ts's matter.
import type { Micros } from '../../src/ports/clock.ts';
import { calmSince, kernelAnswer, takesPart } from './calm.ts';
import type { Check, Violate } from './referee.ts';
import { type Group, holdsAny, type Router, type World } from './world.ts';

/** src/daemon/vrrp/router/effect-queue.ts. */
const KERNEL_WAIT_US = 100_000;

type Leave = { readonly router: Router; readonly since: Micros; readonly heirs: readonly Router[] };

export function checkHandOver(world: World, violate: Violate): Check {
  const { agenda } = world;
  const leaves = new Map<Group, Leave>();
  const answerUs = kernelAnswer(world);
  const strangers = world.scenario.faults.some(({ kind }) => kind === 'deleteVip');

  /** Who is sure to take over: it knows the pace of the one that leaves, and nothing keeps it from listening. */
  const isHeir = (router: Router, leaver: Router, since: Micros): boolean =>
    router !== leaver &&
    // One whose adverts go to nobody takes nothing over.
    router.host.unsentUntil <= since &&
    (router.state.phase === 'backup' || router.state.phase === 'active') &&
    router.config.advertIntervalUs === leaver.config.advertIntervalUs &&
    router.enteredAt <= agenda.now() &&
    calmSince(world, router.host, leaver.host) <= since - leaver.config.advertIntervalUs &&
    (router.host.stall?.until ?? 0) <= since;

  /** An advert that comes late from anyone may make a new active yield again: nothing in it tells its age. */
  const isCalm = ({ routers }: Group, since: Micros): boolean =>
    routers.every(({ host }, index) => {
      if (host.disturbedAt > since) return false;
      const others = routers.slice(index + 1).map((router) => router.host);
      return others.every(
        (other) => !takesPart(host) || !takesPart(other) || calmSince(world, host, other) <= since,
      );
    });

  function judge(group: Group, { router, since, heirs }: Leave): void {
    const isServed = group.routers.some((other) => holdsAny(other) && other.host.powered);
    const heir = heirs.find((candidate) => isHeir(candidate, router, since));
    if (isServed || heir === undefined || (router.host.stall?.until ?? 0) > since) return;
    if (strangers || router.host.unsentUntil > since || !isCalm(group, since)) return;
    violate('L2', `${router.name} gave its role away, ${heir.name} hears it, and nobody serves`);
  }

  return {
    stepped: (router, { before }) => {
      if (router.state.phase !== 'leaving' || before.phase === 'leaving') return;
      const since = agenda.now();
      const { group } = router;
      // A kernel that takes longer than an advert waits for it (effect-queue.ts) leaves a gap.
      if (4 * answerUs > Math.min(router.config.advertIntervalUs, KERNEL_WAIT_US)) return;
      leaves.set(group, {
        ...{ router, since },
        heirs: group.routers.filter(
          (other) => other.state.phase === 'backup' && isHeir(other, router, since),
        ),
      });
    },
    addressesChanged: (router) => {
      const leave = leaves.get(router.group);
      if (leave === undefined) return;
      if (leave.router === router && !holdsAny(router)) judge(router.group, leave);
      if (leave.router.state.phase !== 'leaving' && !holdsAny(leave.router)) leaves.delete(router.group);
    },
  };
}
