// S6: an active that has been silent for longer than its own Active_Down_Interval may have been replaced. When it
// goes on it says and claims nothing before it has listened: it enters Backup with the first thing that happens.

import type { Check, Violate } from './referee.ts';
import { downOf } from './windows.ts';
import { localTime, type Router, type World } from './world.ts';

export function checkStall(world: World, violate: Violate): Check {
  const mustListen = new Set<Router>();
  return {
    wentOn: (host) => {
      const now = localTime(host, world.agenda.now());
      for (const router of host.routers) {
        if (router.state.phase !== 'active') continue;
        const silentUs = now - Math.max(router.lastSentAt, router.state.since);
        const limitUs = downOf(router.config, router.config.advertIntervalUs);
        if (silentUs > limitUs + 1) mustListen.add(router);
      }
    },
    stepped: (router, { event, effects }) => {
      if (!mustListen.delete(router)) return;
      if (router.state.phase === 'active') violate('S6', `${router.name} goes on as active, unheard`);
      const claims = effects.find(
        (effect) =>
          effect.type === 'announce' ||
          effect.type === 'addAddresses' ||
          // To one that it has heard, it may say its last word.
          (effect.type === 'sendAdvert' && effect.priority > 1 && event.type !== 'advertReceived'),
      );
      if (claims !== undefined) violate('S6', `${router.name} goes on with ${claims.type} before it listens`);
    },
  };
}
