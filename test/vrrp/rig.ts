// One router driven event by event, for tests of single rules: states are reached by events, never made up.

import type { Phase } from '../../src/model/vrrp.ts';
import type { Advert } from '../../src/net/advert.ts';
import { type Ip, ip } from '../../src/net/ip.ts';
import type { Micros } from '../../src/ports/clock.ts';
import { nextDeadline } from '../../src/vrrp/next-deadline.ts';
import { initialState, step } from '../../src/vrrp/step.ts';
import type { Effect, Event, Report, RouterConfig, State, Step } from '../../src/vrrp/types.ts';
import { testRouter } from '../make/a-router.ts';

export const PEER = ip('10.9.0.2');

export type Rig = ReturnType<typeof createRig>;

/** A router in `initialize` at time 0. */
export function createRig(changes: Partial<RouterConfig> = {}) {
  const router = testRouter(changes);
  let state: State = initialState(0);
  const tell = (event: Event, now: Micros): readonly Effect[] => {
    const made: Step = step(router, state, event, now);
    state = made.state;
    return made.effects;
  };
  return {
    router,
    tell,
    state: () => state,
    phase: (): Phase => state.phase,
    deadline: () => nextDeadline(state),
    startup: (now: Micros) => tell({ type: 'startup', linkUp: true }, now),
    due: (now: Micros) => tell({ type: 'deadlineReached' }, now),
    shutdown: (now: Micros) => tell({ type: 'shutdown' }, now),
    /** @param from the peer, 10.9.0.2 */
    hear: (priority: number, now: Micros, { from = PEER, intervalUs = router.advertIntervalUs } = {}) =>
      tell({ type: 'advertReceived', advert: advertFor(router, priority, intervalUs), source: from }, now),
  };
}

/** A router that became backup at time 0. */
export function backupRig(changes: Partial<RouterConfig> = {}): Rig {
  const rig = createRig(changes);
  rig.startup(0);
  return rig;
}

/** A router that became active at `now`: after hearing nobody for an Active_Down_Interval. */
export function activeRig(changes: Partial<RouterConfig> = {}): Rig & { readonly since: Micros } {
  const rig = backupRig(changes);
  const since = rig.deadline() ?? 0;
  rig.due(since);
  return { ...rig, since };
}

function advertFor(router: RouterConfig, priority: number, intervalUs: Micros): Advert {
  const addresses: readonly Ip[] = router.addresses.map((prefix) => prefix.address);
  const fields = { virtualRouterId: router.virtualRouterId, priority, addresses };
  return router.version === 3
    ? { version: 3, ...fields, intervalCs: intervalUs / 10_000 }
    : { version: 2, ...fields, intervalSec: intervalUs / 1_000_000, auth: { type: 'none' } };
}

/** What is done, without the reports: "sendAdvert 100", "announce", … */
export const deeds = (effects: readonly Effect[]): string[] =>
  effects.flatMap((effect) => {
    if (effect.type === 'report') return [];
    return effect.type === 'sendAdvert' ? [`sendAdvert ${effect.priority}`] : [effect.type];
  });

export const reports = (effects: readonly Effect[]): Report[] =>
  effects.flatMap((effect) => (effect.type === 'report' ? [effect.report] : []));

export const transition = (effects: readonly Effect[]) =>
  reports(effects).find((report) => report.type === 'transition');
