// The advert that a router sends, and the interval that one announces. RFC 9568 §5.2, RFC 3768 §5.3.
import type { Advert } from '../net/advert.ts';
import type { Ip } from '../net/ip.ts';
import type { Micros } from '../ports/clock.ts';
import type { RouterConfig } from './types.ts';

const CENTISECOND_US = 10_000;
const SECOND_US = 1_000_000;

/** @param priority the effective one, or 0 to resign. Intervals are clamped to what the wire can say. */
export function advertOf(router: RouterConfig, priority: number): Advert {
  const fields = {
    virtualRouterId: router.virtualRouterId,
    priority,
    addresses: advertisedAddresses(router),
  };
  if (router.version === 3) {
    return { version: 3, ...fields, intervalCs: clamp(router.advertIntervalUs / CENTISECOND_US, 4095) };
  }
  const { authPass } = router;
  return {
    version: 2,
    ...fields,
    intervalSec: clamp(router.advertIntervalUs / SECOND_US, 255),
    auth: authPass === undefined ? { type: 'none' } : { type: 'simple', password: authPass },
  };
}

export const advertisedAddresses = ({ addresses, advertised }: RouterConfig): readonly Ip[] =>
  addresses.slice(0, advertised).map((prefix) => prefix.address);

export const advertIntervalUs = (advert: Advert): Micros =>
  advert.version === 3 ? advert.intervalCs * CENTISECOND_US : advert.intervalSec * SECOND_US;

/** Never 0: peers would take it for "at once", without end. */
const clamp = (value: number, max: number): number => Math.min(max, Math.max(1, Math.round(value)));
