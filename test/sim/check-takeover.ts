// Nobody takes over beside a healthy active that it hears and must respect: not after it stood still itself (S5),
// not after the active stood still for less than the others wait (S6), not when a third router resigns (S7).
// What a backup must respect: a priority not below its own, or any if it does not preempt.
import type { Micros } from '../../src/ports/clock.ts';
import { calmSince, kernelAnswer } from './calm.ts';
import type { Check, Stepped, Violate } from './referee.ts';
import { priorityOf, skewOf } from './windows.ts';
import type { Router, World } from './world.ts';

const DRIFT = 1.003;
const QUEUE_US = 100_000;

export function checkTakeover(world: World, violate: Violate): Check {
  const { scenario, agenda } = world;
  const pathUs = 2 * (scenario.delayUs + scenario.latenessUs);

  /** Its first advert may wait behind two answers of the kernel, 100 ms for each (effect-queue.ts). */
  const silentUs = 2 * Math.min(QUEUE_US, kernelAnswer(world)) + scenario.latenessUs;

  /** Long enough that three adverts of `active` must have come to it. */
  function windowOf(active: Router, backup: Router): Micros {
    const { advertIntervalUs } = active.config;
    const skewUs = skewOf(backup.config, priorityOf(backup.config), advertIntervalUs);
    return (3 * advertIntervalUs + skewUs) * DRIFT + pathUs;
  }

  /** S6: a shorter stop than 2A + Skew_min - δ - J is nothing to the others. */
  function stoodStillTooLong({ host, config }: Router, from: Micros): boolean {
    const { stall } = host;
    if (stall === undefined || stall.until < from) return false;
    const { advertIntervalUs } = config;
    const shortUs = 2 * advertIntervalUs + skewOf(config, 254, advertIntervalUs) - pathUs;
    const lastedUs = Math.min(stall.until, agenda.now()) - stall.from;
    return lastedUs * DRIFT >= shortUs || host.stallBefore >= from - advertIntervalUs;
  }

  function isHealthy(active: Router, backup: Router, from: Micros): boolean {
    const calm = calmSince(world, active.host, backup.host) <= from;
    if (active.host.unsentUntil > from) return false;
    return calm && active.enteredAt + silentUs <= from && !stoodStillTooLong(active, from);
  }

  /** The active hears the one that resigns, and can answer before the Skew_Time ends. */
  function canSaveUs(active: Router, backup: Router, from: Micros): boolean {
    const skewUs = skewOf(backup.config, priorityOf(backup.config), active.config.advertIntervalUs);
    const { group } = active;
    const heardByAll = group.routers.every(
      ({ host }) => host === active.host || calmSince(world, host, active.host) <= from,
    );
    return heardByAll && skewUs > 2 * pathUs && (active.host.stall?.until ?? 0) < from;
  }

  function judge(backup: Router, { effects }: Stepped): void {
    const now = agenda.now();
    const resigned = effects.some(
      (effect) =>
        effect.type === 'report' &&
        effect.report.type === 'transition' &&
        effect.report.reason === 'active_resigned',
    );
    const others = backup.group.routers.filter((router) => router !== backup);
    for (const active of others) {
      if (active.state.phase !== 'active' || !mustRespect(backup, active)) continue;
      const from = now - windowOf(active, backup);
      if ((enteredBackupAt.get(backup) ?? now) > from) continue;
      if (!isHealthy(active, backup, from)) continue;
      if (resigned && !canSaveUs(active, backup, from)) continue;
      violate(resigned ? 'S7' : 'S5', `${backup.name} takes over beside a healthy ${active.name}`);
    }
  }

  const enteredBackupAt = new Map<Router, Micros>();
  return {
    stepped: (router, step) => {
      const from = step.before.phase;
      const to = router.state.phase;
      if (from === 'backup' && to === 'active') judge(router, step);
      if (from !== 'backup' && to === 'backup') enteredBackupAt.set(router, agenda.now());
    },
  };
}

const mustRespect = ({ config }: Router, active: Router): boolean =>
  priorityOf(active.config) >= priorityOf(config) || !(config.preempt || config.priority === 255);
