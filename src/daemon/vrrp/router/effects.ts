// Carries out what the state machine of one instance wants done, in order: adverts, addresses, announcements, reports.
// How each is done is its own file's. docs/architecture.md "The lease".
import type { Clock } from '../../../ports/clock.ts';
import { isSettled } from '../../../vrrp/contest.ts';
import type { Effect, RouterConfig, State } from '../../../vrrp/types.ts';
import type { AdvertSender } from '../adverts/sender.ts';
import type { Holdings } from '../holdings/holdings.ts';
import type { Rivals } from '../holdings/rivals.ts';
import { createEffectQueue } from './effect-queue.ts';
import type { Reporter } from './reporter.ts';

/** How long an effect holds back those behind it while the kernel has not answered. */
const kernelMsMax = 100;

export type EffectPorts = {
  readonly clock: Clock;
  readonly router: () => RouterConfig;
  readonly state: () => State;
  readonly sender: AdvertSender;
  readonly holdings: Holdings;
  readonly rivals: Rivals;
  readonly reporter: Reporter;
  readonly onIdle: () => void;
};

export type Effects = {
  readonly push: (effects: readonly Effect[]) => void;
  /** Settles when the last removal of addresses is done. */
  readonly removed: () => Promise<unknown>;
};

export function createEffects(ports: EffectPorts): Effects {
  const { clock, router, state, sender, holdings, rivals, reporter, onIdle } = ports;
  let removed: Promise<unknown> = Promise.resolve();

  /** @returns a promise where the effects after it must wait for the kernel. */
  function carryOut(effect: Effect): Promise<unknown> | undefined {
    switch (effect.type) {
      case 'sendAdvert':
        // Whoever yields to it is to be asked before that. A new active has just announced itself.
        if (isSettled(router(), state(), clock.now())) rivals.ask();
        sender.send(effect.priority);
        return undefined;
      case 'renewLease':
        // Only what was really sent keeps the addresses alive.
        return renewal(effect.atLeastUs);
      case 'addAddresses':
        return holdings.add(effect.addresses);
      case 'removeAddresses':
        removed = holdings.remove(effect.addresses, reporter.explain(effect.reason));
        return removed;
      case 'announce':
        holdings.announce(effect);
        return undefined;
      case 'report':
        reporter.report(effect.report);
        return undefined;
    }
  }

  /** @returns a promise where it is the last thing that happens: the kernel must have it before this process ends. */
  function renewal(atLeastUs: number | undefined): Promise<unknown> | undefined {
    if (state().phase !== 'initialize') {
      sender.whenSent(() => void holdings.renew(atLeastUs));
      return undefined;
    }
    return new Promise<void>((resolve) =>
      sender.whenSent(() => void holdings.renew(atLeastUs).then(resolve)),
    );
  }

  const { push } = createEffectQueue({
    clock,
    carryOut,
    // A new active that waits for its kernel is a silent one: the others would take it for dead.
    patienceMs: ({ type }) =>
      type === 'addAddresses' ? Math.min(kernelMsMax, router().advertIntervalUs / 1000) : kernelMsMax,
    onIdle,
  });
  return {
    push: (made) => {
      // Behind a removal that waits, it would wait as well.
      if (made.some(({ type }) => type === 'addAddresses')) holdings.stay();
      push(made);
    },
    removed: () => removed,
  };
}
