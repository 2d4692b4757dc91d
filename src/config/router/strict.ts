// Strict mode, in keepalived's words: vrrp_strict for all virtual routers, strict_mode of one. What contradicts it is
// judge-strict.ts's.
import { optional } from '../values/documented.ts';
import { flag } from '../values/scalars.ts';

export const strictShape = {
  strict_mode: optional(
    flag(),
    'Whether it keeps to the RFC: no auth_pass, no unicast_peer, no preempt_delay, an address at least, and accept: no.',
    'vrrp_strict',
  ),
} as const;

/** At the top level. */
export const sharedStrictShape = {
  vrrp_strict: optional(flag(), 'strict_mode of every virtual router that does not say it itself.', 'no'),
} as const;
