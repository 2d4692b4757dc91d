// What a router that is not active any more says to one that is: an advert that loses to it, so that it tells the
// neighbours again, who may point to us. It may have been active all the time, on the other side of a partition.
import { lastWord } from './become.ts';
import { type Claim, claimOf, compareClaims } from './election.ts';
import type { Effect, RouterConfig } from './types.ts';

/** Loses to every active but one of the same priority. */
export const LOWEST_PRIORITY = 1;

/** Where our own claim is the higher one, it is not made: the other would yield. */
export function lastWordTo(router: RouterConfig, other: Claim): readonly Effect[] {
  if (compareClaims(other, claimOf(router)) > 0) return [lastWord(router)];
  const lowest = { ...claimOf(router), priority: LOWEST_PRIORITY };
  return compareClaims(other, lowest) > 0 ? [{ type: 'sendAdvert', priority: LOWEST_PRIORITY }] : [];
}
