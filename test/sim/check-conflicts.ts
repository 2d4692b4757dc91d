// What an active does at each advert it hears: it yields to the higher claim at once and to no other, so that of
// two actives exactly one stays (S3, S4); it answers a losing advert and a resignation (S3, S7), but no peer
// more often than four times an interval (S12); and a conflict that lasts is reported (L8).
import { type Ip, ipBytes } from '../../src/net/ip.ts';
import type { Micros } from '../../src/ports/clock.ts';
import type { Effect, State } from '../../src/vrrp/types.ts';
import type { Check, Stepped, Violate } from './referee.ts';
import { downOf, priorityOf } from './windows.ts';
import type { Router, World } from './world.ts';

type Peer = {
  /** The last answer to it, and the one before that. */
  assertsAt: readonly [Micros, Micros];
  losing: number;
  /** Since when they come without a pause of an Active_Down_Interval. */
  firstAt: Micros;
  lastAt: Micros;
  reported: boolean;
};

/** k of L8. */
const ASSERTS_UNTIL_ALARM = 3;

export function checkConflicts(_world: World, violate: Violate): Check {
  const peers = new Map<Router, Map<Ip, Peer>>();

  function peerOf(router: Router, source: Ip): Peer {
    const known = peers.get(router) ?? new Map<Ip, Peer>();
    peers.set(router, known);
    const peer = known.get(source) ?? {
      ...{ assertsAt: [Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY], losing: 0, firstAt: 0 },
      ...{ lastAt: Number.NEGATIVE_INFINITY, reported: false },
    };
    known.set(source, peer);
    return peer;
  }

  function mustAnswer(router: Router, peer: Peer, { effects, now }: Stepped, why: string): void {
    const answers = effects.filter((effect) => effect.type === 'sendAdvert').length;
    const halfUs = router.config.advertIntervalUs / 2;
    const [last, before] = peer.assertsAt;
    const isAllowed = now - before >= halfUs;
    if (answers === 0 && isAllowed) violate('S3', `${router.name} does not answer ${why}`);
    if (answers > 0 && !isAllowed)
      violate('S12', `${router.name} answers ${why} the third time in ${halfUs} us`);
    if (answers > 1) violate('S12', `${router.name} answers ${why} with ${answers} adverts`);
    if (answers > 0) peer.assertsAt = [now, last];
  }

  function hearLosing(router: Router, peer: Peer, step: Stepped): void {
    const { effects, now, before } = step;
    if (now - peer.lastAt > downOf(router.config, router.config.advertIntervalUs)) {
      Object.assign(peer, { losing: 0, firstAt: now, reported: false });
    }
    peer.losing += 1;
    peer.lastAt = now;
    peer.reported ||= effects.some(isAlarm);
    mustAnswer(router, peer, step, 'a losing advert');
    const isOld = now - before.since >= router.config.advertIntervalUs;
    if (isOld && peer.losing >= ASSERTS_UNTIL_ALARM && !peer.reported) {
      violate('L8', `${router.name} has heard ${peer.losing} losing adverts and says nothing of it`);
    }
  }

  return {
    stepped: (router, step) => {
      const { before, event } = step;
      if (before.phase === 'initialize' || before.phase === 'backup') peers.delete(router);
      if (before.phase !== 'active' || event.type !== 'advertReceived') return;
      // It stepped down before it heard anything (S6).
      if (step.effects.some(isStepDown) || yieldsUnheard(before, router)) return;
      const { priority } = event.advert;
      const peer = peerOf(router, event.source);
      const stays = router.state.phase === 'active';
      if (priority === 0) {
        if (!stays) violate('S4', `${router.name} yields to a resignation`);
        return mustAnswer(router, peer, step, 'a resignation');
      }
      const order = compare(priority, event.source, router);
      if (order > 0 && stays) violate('S3', `${router.name} stays active beside a higher ${event.source}`);
      if (order < 0 && !stays) violate('S4', `${router.name} yields to a lower ${event.source}`);
      if (order < 0 && stays) hearLosing(router, peer, step);
    },
  };
}

/** Nobody hears it: it takes any other active for its successor. */
const yieldsUnheard = (before: State, { state }: Router): boolean =>
  before.phase === 'active' && before.unsent !== undefined && state.phase !== 'active';
const isAlarm = (effect: Effect): boolean =>
  effect.type === 'report' && effect.report.type === 'splitBrainSuspected';
const isStepDown = (effect: Effect): boolean =>
  effect.type === 'report' && effect.report.type === 'stall' && effect.report.action === 'stepped_down';

/** RFC 9568 §6.4.3: the priority, then the primary address as an unsigned integer in network order. */
export function compare(priority: number, source: Ip, { config }: Router): number {
  if (priority !== priorityOf(config)) return priority - priorityOf(config);
  const [theirs, ours] = [ipBytes(source), ipBytes(config.sourceAddress)];
  for (const [place, byte] of theirs.entries()) {
    if (byte !== ours[place]) return byte - (ours[place] ?? 0);
  }
  return 0;
}
