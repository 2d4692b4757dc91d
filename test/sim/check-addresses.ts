// S1: the addresses are in the kernel exactly while a router serves: active, or leaving until its successor is
// there. The kernel needs its time (G), a handed-over address stays for 20 ms, and one that a stranger deletes is
// back within 100 ms (L9). After a death they go with their lease, half a second later at most.
import type { Micros } from '../../src/ports/clock.ts';
import type { State } from '../../src/vrrp/types.ts';
import { kernelAnswer } from './calm.ts';
import type { Check, Violate } from './referee.ts';
import { downOf } from './windows.ts';
import { acts, holdsAll, holdsAny, type Router, type World } from './world.ts';

const LINGER_US = 20_000;
const RESTORE_US = 100_000;
/** What the kernel's timer and a process just gone on may add. */
const LEASE_SLACK_US = 500_000;

const isUnsent = (state: State): boolean => 'unsent' in state && state.unsent !== undefined;

/** What its start has found: longer than a lease, perhaps (hold.ts). */
const isHolding = ({ state }: Router): boolean => state.phase === 'leaving' && state.purpose === 'start';

export function checkAddresses(world: World, violate: Violate): Check {
  const { agenda, scenario } = world;
  const wrongSince = new Map<Router, Micros>();
  const answerUs = kernelAnswer(world) + 2 * scenario.latenessUs;
  // Behind one answer that is late there may be another.
  const limitUs = 2 * answerUs + LINGER_US + 1000;
  const strangers = scenario.faults.some(({ kind }) => kind === 'deleteVip');

  const serves = ({ state }: Router): boolean => state.phase === 'active' || state.phase === 'leaving';
  const isWrong = (router: Router): boolean => (serves(router) ? !holdsAll(router) : holdsAny(router));

  function look(router: Router): void {
    if (!isWrong(router)) wrongSince.delete(router);
    else if (!wrongSince.has(router)) wrongSince.set(router, agenda.now());
  }

  function judge(router: Router, since: Micros, now: Micros): void {
    const { host } = router;
    // Its lease is not renewed, as it should be.
    if (!acts(host, now) || isUnsent(router.state)) return;
    const from = Math.max(since, host.disturbedAt, host.stall?.until ?? 0);
    const allowedUs = limitUs + (strangers && serves(router) ? RESTORE_US : 0);
    if (now - from <= allowedUs) return;
    const [invariant, what] = serves(router) ? ['L9', 'without its addresses'] : ['S1', 'with addresses'];
    violate(invariant, `${router.name} is ${router.state.phase} ${what} for ${now - from} us`);
  }

  /** The lease of one that acts must never run out (docs/architecture.md "The lease"). */
  function judgeExpiry(router: Router): void {
    const { host, config } = router;
    const now = agenda.now();
    const leaseUs = config.leaseUs === 'off' ? 0 : config.leaseUs;
    if (!host.running) {
      const afterUs = now - host.disturbedAt;
      const heldUs = Math.max(leaseUs, downOf(config, config.advertIntervalUs) + config.advertIntervalUs);
      // A kernel that stands still lets nothing end.
      const isLong =
        afterUs > (isHolding(router) ? heldUs : leaseUs) + LEASE_SLACK_US &&
        now - host.frozenUntil > LEASE_SLACK_US &&
        host.clockLostUs === 0;
      if (isLong) violate('S1', `${router.name} died ${afterUs} us ago, and its addresses were there still`);
      return;
    }
    const hindered = Math.max(host.disturbedAt, host.stall?.until ?? 0, router.enteredAt);
    const isUnsent = host.unsentUntil + leaseUs > now;
    if (!acts(host, now) || isUnsent || now - hindered < leaseUs || !serves(router)) return;
    violate('S1', `${router.name} is ${router.state.phase}, and its lease ran out`);
  }

  return {
    stepped: (router, { before }) => {
      // Until now it was right.
      if (isUnsent(before)) wrongSince.delete(router);
      if (before.phase !== router.state.phase || isUnsent(before)) look(router);
    },
    addressesChanged: look,
    expired: judgeExpiry,
    timePassed: () => {
      if (wrongSince.size === 0) return;
      for (const [router, since] of wrongSince) judge(router, since, agenda.now());
    },
  };
}
