// L5: once the faults are over, within max D + preempt delay + A_max + 2δ + 2J the core has exactly one active,
// none that preempts is above it, and nothing changes for ten D more. L7: nobody changes its role more often
// than the faults explain.
import { isCore } from './calm.ts';
import type { Check, Violate } from './referee.ts';
import { priorityOf, settleTime } from './windows.ts';
import type { Group, Router, World } from './world.ts';

export function checkSettled(world: World, violate: Violate): Check {
  const { scenario, agenda } = world;
  const settleAt = scenario.groups.map((group) => scenario.faultsEndAt + settleTime(scenario, group));
  const isJudged = scenario.groups.map(() => false);
  const firstSettleAt = Math.min(...settleAt);
  const changes = new Map<Router, number>();
  const { loss, late, burst } = scenario.weather;
  const isFair = loss === 0 && late === 0 && burst === undefined && scenario.weather.flip === 0;
  // A fault begins and ends, and the start of a router is none.
  const changesMost = 2 * (2 * scenario.faults.length + scenario.broken.length + 1);

  function judge({ name, routers }: Group): void {
    const core = routers.filter(({ host }) => isCore(world, host));
    const actives = core.filter(({ state }) => state.phase === 'active');
    const [active, second] = actives;
    if (core.length === 0) return;
    if (active === undefined) {
      violate('L5', `nobody is active in ${name}`);
      return;
    }
    if (second !== undefined) {
      violate('L5', `${active.name} and ${second.name} are both active`);
      return;
    }
    for (const router of core) {
      const { state } = router;
      if (router !== active && state.phase !== 'backup') violate('L5', `${router.name} is ${state.phase}`);
      if (state.phase === 'backup' && !state.standDown && isAbove(router, active)) {
        violate('L5', `${router.name} preempts and is above ${active.name}, and is not active`);
      }
    }
  }

  return {
    timePassed: () => {
      const now = agenda.now();
      if (now < firstSettleAt) return;
      for (const group of world.groups) {
        if (isJudged[group.index] || now < (settleAt[group.index] ?? 0)) continue;
        isJudged[group.index] = true;
        judge(group);
      }
    },
    stepped: (router, { before }) => {
      const { phase } = router.state;
      if (phase === before.phase) return;
      if (isJudged[router.group.index] && isCore(world, router.host)) {
        violate('L5', `${router.name} changes from ${before.phase} to ${phase} long after the faults`);
      }
      if (phase !== 'active' && before.phase !== 'active') return;
      const count = (changes.get(router) ?? 0) + 1;
      changes.set(router, count);
      if (isFair && count > changesMost) violate('L7', `${router.name} changed its role ${count} times`);
    },
    ended: () => {
      for (const group of world.groups) if (!isJudged[group.index]) judge(group);
    },
  };
}

const isAbove = ({ config }: Router, active: Router): boolean =>
  (config.preempt || config.priority === 255) && priorityOf(config) > priorityOf(active.config);
