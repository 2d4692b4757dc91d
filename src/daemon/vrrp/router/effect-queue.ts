// Carries out effects in order. One that needs an answer of the kernel holds back those behind it, so that an
// address is there before it is announced and advertised; but not for long: adverts must go out.
import type { Clock } from '../../../ports/clock.ts';
import type { Effect } from '../../../vrrp/types.ts';

export type EffectQueue = { readonly push: (effects: readonly Effect[]) => void };

export type EffectQueuePorts = {
  readonly clock: Clock;
  /** @returns a promise where those behind it must wait. */
  readonly carryOut: (effect: Effect) => Promise<unknown> | undefined;
  /** For how many milliseconds they wait at most. */
  readonly patienceMs: (effect: Effect) => number;
  /** Called whenever everything has been carried out, and answered or given up on. */
  readonly onIdle: () => void;
};

export function createEffectQueue({ clock, carryOut, patienceMs, onIdle }: EffectQueuePorts): EffectQueue {
  const waiting: Effect[] = [];
  let busy = false;

  function drain(): void {
    for (let effect = waiting.shift(); effect !== undefined; effect = waiting.shift()) {
      const answer = carryOut(effect);
      if (answer === undefined) continue;
      busy = true;
      const goOn = once(() => {
        cancel();
        busy = false;
        drain();
      });
      const cancel = clock.after(patienceMs(effect), goOn);
      void answer.then(goOn, goOn);
      return;
    }
    onIdle();
  }

  return {
    push: (effects) => {
      waiting.push(...effects);
      if (!busy) drain();
    },
  };
}

function once(action: () => void): () => void {
  let done = false;
  return () => {
    if (done) return;
    done = true;
    action();
  };
}
