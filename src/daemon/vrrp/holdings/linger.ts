// How a router that has yielded serves on for a moment, so that nobody is without an answer: RFC 9568 §6.4.2 sends the
// successor's first advert before anything else, and keepalived has its addresses and its gratuitous ARP up to 6 ms
// after it (measured).
import type { FullReason } from '../../../model/vrrp.ts';
import type { Clock } from '../../../ports/clock.ts';

/** Counted from that advert. */
export const lingerMs = 20;

export const lingersAfter: ReadonlySet<FullReason> = new Set([
  'handed_over',
  'higher_priority_heard',
  'higher_address_heard',
  'adverts_unsent',
]);

export type Linger = {
  /** @returns settles once `remove` has, or was called off. */
  readonly before: (remove: () => Promise<void>) => Promise<void>;
  /** What waits is not removed. */
  readonly stay: () => void;
};

export function createLinger(clock: Clock): Linger {
  let callOff = () => {};
  return {
    before: (remove) =>
      new Promise((resolve) => {
        const cancel = clock.after(lingerMs, () => void remove().then(resolve));
        callOff = () => {
          cancel();
          resolve();
        };
      }),
    stay: () => callOff(),
  };
}
