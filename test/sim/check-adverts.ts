// S10: what is sent passes a strict reader: the configured version, interval and addresses in their order, priority 0
// only from one that leaves. S8: what breaks a rule of the ladder (docs/reference/vrrp.md §2.2) is refused by all,
// other groups' adverts are refused by this one, and no good advert of a peer is refused.
import { isDeepStrictEqual } from 'node:util';
import type { Phase } from '../../src/model/vrrp.ts';
import type { Check, Violate } from './referee.ts';
import { priorityOf } from './windows.ts';
import type { Packet, Router, World } from './world.ts';

export function checkAdverts(_world: World, violate: Violate): Check {
  const seen = new WeakSet<Packet>();

  function read(router: Router, packet: Packet, priority: number): void {
    seen.add(packet);
    const { config } = router;
    const { decoded } = packet.facts;
    if (!decoded.ok) {
      violate('S10', `${router.name} sends what nobody can read: ${decoded.error.detail}`);
      return;
    }
    const { advert } = decoded.value;
    const seconds = advert.version === 3 ? advert.intervalCs / 100 : advert.intervalSec;
    const said = [advert.version, advert.virtualRouterId, advert.priority, seconds * 1e6, advert.addresses];
    const meant = [
      ...[config.version, config.virtualRouterId, priority, config.advertIntervalUs],
      config.addresses.map(({ address }) => address),
    ];
    if (!isDeepStrictEqual(said, meant)) violate('S10', `${router.name} sends ${said}, means ${meant}`);
    const isVirtual = config.addresses.some(({ address }) => address === packet.source);
    if (isVirtual && config.priority !== 255) violate('S10', `${router.name} sends from a virtual address`);
  }

  return {
    sent: (router, packets, priority) => {
      for (const packet of packets) if (!seen.has(packet)) read(router, packet, priority);
    },
    stepped: (router, { before, effects }) => {
      for (const effect of effects) {
        if (effect.type !== 'sendAdvert') continue;
        const { phase } = router.state;
        if (!mayAdvert(router, before.phase, effect.priority)) {
          violate('S10', `${router.name} is ${phase} and sends priority ${effect.priority}`);
        }
      }
    },
    judged: (router, packet, verdict) => {
      const accepted = verdict.outcome === 'accepted';
      const isOurs = packet.group === router.group && !packet.invalid;
      if (accepted && !isOurs) violate('S8', `${router.name} accepts what it must refuse`);
      if (!accepted && isOurs) violate('S8', `${router.name} refuses a good advert: ${verdict.detail}`);
    },
  };
}

/**
 * An active says its own priority, and again as its last word when it yields; who leaves says 0, and a word that loses
 * to its successor; a backup that owes a word, or tries whether its adverts go out, one that makes nobody yield.
 */
function mayAdvert({ state, config }: Router, from: Phase, priority: number): boolean {
  const own = priorityOf(config);
  const { phase } = state;
  const isLastWord = from === 'leaving' && (priority === own || priority === 1);
  if (phase === 'leaving' || phase === 'fault' || phase === 'initialize') return priority === 0 || isLastWord;
  return priority === own || (phase === 'backup' && priority === 1);
}
