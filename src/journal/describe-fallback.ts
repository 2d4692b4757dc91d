// A fallback tier that serves, in words.
/** A tier that serves, for people: which, and why not the real servers. */
export type FallbackServing = {
  readonly fallback: string;
  /** From 1. */
  readonly tier: number;
  readonly tiers: number;
  readonly reason: 'no_server' | 'no_quorum';
};

/** "fallback 192.168.6.9:80 (2 of 3) serves: no quorum" */
export const describeFallback = ({ fallback, tier, tiers, reason }: FallbackServing): string =>
  `fallback ${fallback}${tiers === 1 ? '' : ` (${tier} of ${tiers})`} serves: ${reason === 'no_quorum' ? 'no quorum' : 'no real server is up'}`;
