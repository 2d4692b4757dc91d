// The timers of RFC 9568 §6.4.2 as a second, tiny machine (docs/reference/vrrp.md §5.1, differential oracle; table
// 2.2): it is told what each router accepts, and knows when its Active_Down_Timer must fire: not before (L4, L6:
// nobody takes over early), and not later than J (L1, L2: nobody fails to). An active adverts at its interval.
import type { Advert } from '../../src/net/advert.ts';
import type { Micros } from '../../src/ports/clock.ts';
import type { Backup, RouterConfig } from '../../src/vrrp/types.ts';
import type { Check, Stepped, Violate } from './referee.ts';
import { downOf, priorityOf, skewOf } from './windows.ts';
import { localTime, type Router, type World } from './world.ts';

/** Rounding: of clocks that drift, and of divisions. */
const ROUNDING_US = 4;
/** A send may wait behind two answers of the kernel, 100 ms for each (effect-queue.ts). */
const QUEUE_US = 200_000;

type Timer = {
  firesAt: Micros;
  /** It may have been moved into the past. */
  movedAt: Micros;
  intervalUs: Micros;
  priority: number;
  preemptAt: Micros | undefined;
  standsDown: boolean;
};

export function checkTimers(world: World, violate: Violate): Check {
  const timers = new Map<Router, Timer>();
  const lateMost = 1.01 * world.scenario.latenessUs + ROUNDING_US;

  /** A process that has just gone on may be late by as long as it stood still. */
  const hasStoodStill = ({ host }: Router): boolean => host.stall?.until === world.agenda.now();

  function beginBackup(router: Router, { before, event, effects, now }: Stepped): Timer {
    const { config } = router;
    const guarded = effects.some((effect) => effect.type === 'report' && effect.report.type === 'stall');
    const learned =
      event.type === 'advertReceived' && !guarded ? intervalOf(event.advert, config) : undefined;
    const intervalUs = learned ?? config.advertIntervalUs;
    const firesAt = now + downOf(config, intervalUs);
    const priority = priorityOf(config);
    // Who left by request is not to come back.
    const standsDown = before.phase === 'leaving' && before.purpose === 'handover';
    const timer: Timer = { firesAt, movedAt: now, intervalUs, priority, preemptAt: undefined, standsDown };
    if (before.phase === 'leaving' && before.purpose === 'start' && event.type === 'advertReceived')
      timer.preemptAt = preemptAt(timer, config, event.advert, now);
    if (guarded && event.type === 'advertReceived') hear(timer, config, event.advert, now);
    return timer;
  }

  function judgeTakeover(router: Router, timer: Timer, now: Micros): void {
    if (now < timer.firesAt - ROUNDING_US) {
      violate('L4', `${router.name} takes over ${timer.firesAt - now} us before its Active_Down_Timer fires`);
    }
  }

  /** Standing still proves nothing about the active: it may listen for one more advert, once (S5). */
  function judgeWait(router: Router, timer: Timer, now: Micros): void {
    const lateUs = now - timer.firesAt;
    if (lateUs <= timer.intervalUs) {
      violate('L1', `${router.name} does not take over when its Active_Down_Timer fires`);
    }
    timer.firesAt =
      now + timer.intervalUs + skewOf(router.config, priorityOf(router.config), timer.intervalUs);
  }

  function inBackup(router: Router, timer: Timer, step: Stepped): void {
    const { event, effects, now, before } = step;
    // It takes over only when an advert has gone out.
    const wasUnsent = before.phase === 'backup' && before.unsent !== undefined;
    if (wasUnsent || (router.state.phase === 'backup' && router.state.unsent !== undefined)) {
      if (router.state.phase === 'backup') follow(timer, router.state, now);
      else timers.delete(router);
      return;
    }
    if (now > Math.max(timer.firesAt, timer.movedAt) + lateMost && !hasStoodStill(router)) {
      violate('L1', `${router.name} is backup ${now - timer.firesAt} us after its Active_Down_Timer fired`);
    }
    const isBackup = router.state.phase === 'backup';
    if (event.type === 'advertReceived') hear(timer, router.config, event.advert, now);
    if (event.type === 'reconfigured') move(timer, router.config, now);
    if (!isBackup) {
      if (router.state.phase === 'active') judgeTakeover(router, timer, now);
      timers.delete(router);
      return;
    }
    const waits = effects.some((effect) => effect.type === 'report' && effect.report.type === 'stall');
    if (event.type === 'deadlineReached' && (waits || now >= timer.firesAt + ROUNDING_US)) {
      judgeWait(router, timer, now);
    }
  }

  function inActive(router: Router, now: Micros): void {
    const silentUs = now - Math.max(router.lastSentAt, router.state.since);
    const limitUs = router.config.advertIntervalUs + 2 * lateMost + QUEUE_US;
    const { disturbedAt } = router.host;
    // Then S13 holds.
    const isRefused = router.host.unsentUntil + limitUs > world.agenda.now();
    if (
      silentUs > limitUs &&
      !isRefused &&
      !hasStoodStill(router) &&
      world.agenda.now() - disturbedAt > limitUs
    ) {
      violate('L1', `${router.name} is active and has not adverted for ${silentUs} us`);
    }
  }

  return {
    stepped: (router, step) => {
      const from = step.before.phase;
      const timer = timers.get(router);
      // A process that began anew knows nothing of its timer.
      if (from === 'initialize') timers.delete(router);
      if (from === 'backup' && timer !== undefined) inBackup(router, timer, step);
      else if (router.state.phase === 'backup') timers.set(router, beginBackup(router, step));
      else if (from === 'active' && router.state.phase === 'active') inActive(router, step.now);
    },
    ended: () => {
      for (const [router, { firesAt }] of timers) {
        const now = localTime(router.host, world.agenda.now());
        const isBackup = router.state.phase === 'backup' && router.host.running && router.host.powered;
        if (isBackup && now > firesAt + lateMost) violate('L1', `${router.name} never took over`);
      }
    },
  };
}

/** It is told what it cannot know. */
function follow(timer: Timer, { activeDownAt, activeIntervalUs, preemptAt }: Backup, now: Micros): void {
  Object.assign(timer, { firesAt: activeDownAt, intervalUs: activeIntervalUs, preemptAt, movedAt: now });
}

const intervalOf = (advert: Advert, config: RouterConfig): Micros =>
  advert.version === 3 ? advert.intervalCs * 10_000 : config.advertIntervalUs;

/** Table 2.2, Backup; with the preempt delay of keepalived, and ours: a role given away is not taken back. */
function hear(timer: Timer, config: RouterConfig, advert: Advert, now: Micros): void {
  const priority = priorityOf(config);
  if (advert.priority === 0) {
    timer.firesAt = Math.min(timer.firesAt, now + skewOf(config, priority, timer.intervalUs));
    return;
  }
  if (advert.priority < priority && !accepts(timer, config, now)) return;
  timer.preemptAt = preemptAt(timer, config, advert, now);
  timer.intervalUs = intervalOf(advert, config);
  timer.firesAt = now + downOf(config, timer.intervalUs);
}

function preemptAt(timer: Timer, config: RouterConfig, advert: Advert, now: Micros): Micros | undefined {
  const delayed = config.preemptDelayUs > 0 && advert.priority < priorityOf(config);
  return delayed ? (timer.preemptAt ?? now + config.preemptDelayUs) : undefined;
}

/** Whether an advert of a lower priority keeps it backup. */
function accepts(timer: Timer, config: RouterConfig, now: Micros): boolean {
  if (timer.standsDown || !(config.preempt || config.priority === 255)) return true;
  return config.preemptDelayUs > 0 && (timer.preemptAt === undefined || now < timer.preemptAt);
}

/** As in keepalived: another priority moves a running timer by the difference of the skews. */
function move(timer: Timer, config: RouterConfig, now: Micros): void {
  const skew = (priority: number): Micros => skewOf(config, priority, timer.intervalUs);
  timer.firesAt += skew(priorityOf(config)) - skew(timer.priority);
  timer.movedAt = now;
  timer.priority = priorityOf(config);
}
