// The wait of a start for its macvlan, which takes a moment to be made: to begin without it would be a fault that is
// none. Bounded: what cannot be made is a fault.
import type { Clock } from '../../../ports/clock.ts';
import type { Vmac } from '../holdings/macvlan.ts';

const waitMsMax = 2000;

export type VmacWait = {
  /** Undefined where it is there. @returns settles when it is, or has taken too long */
  readonly wait: () => Promise<void> | undefined;
  /** Something has changed: it may be there. */
  readonly look: () => void;
  /** Nobody waits any longer. */
  readonly end: () => void;
};

export function createVmacWait(vmac: Pick<Vmac, 'refresh' | 'pending'>, clock: Clock): VmacWait {
  let onMade: (() => void) | undefined;

  const whenMade = () =>
    new Promise<void>((resolve) => {
      const cancel = clock.after(waitMsMax, () => onMade?.());
      onMade = () => {
        cancel();
        onMade = undefined;
        resolve();
      };
    });

  return {
    wait: () => (vmac.pending() ? whenMade() : undefined),
    look: () => {
      if (onMade === undefined) return;
      vmac.refresh();
      if (!vmac.pending()) onMade();
    },
    end: () => onMade?.(),
  };
}
