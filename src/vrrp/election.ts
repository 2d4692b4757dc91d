// Who wins: priority, then address. Nothing about time or state. RFC 9568 §6.4.3, §5.2.4.
import { compareIp, type Ip } from '../net/ip.ts';
import type { RouterConfig } from './types.ts';

export const OWNER_PRIORITY = 255;
export const RESIGNED_PRIORITY = 0;

export const isOwner = (router: RouterConfig): boolean => router.priority === OWNER_PRIORITY;

/** The priority that counts: tracking neither lifts a router to 255 nor lowers an owner; the floor is 1. */
export function effectivePriority(router: RouterConfig): number {
  if (isOwner(router)) return OWNER_PRIORITY;
  return Math.min(254, Math.max(1, router.priority + (router.priorityOffset ?? 0)));
}

/** RFC 9568 §6.1: Preempt_Mode does not apply to the owner, which always preempts. */
export const preempts = (router: RouterConfig): boolean => router.preempt || isOwner(router);

export type Claim = { readonly priority: number; readonly address: Ip };

/**
 * How an active's claim compares with another's: by priority, then by address as an unsigned integer in
 * network order (RFC 9568 §6.4.3). Zero: the same router, or one that pretends to be.
 */
export const compareClaims = (a: Claim, b: Claim): number =>
  a.priority - b.priority || compareIp(a.address, b.address);

export const claimOf = (router: RouterConfig): Claim => ({
  priority: effectivePriority(router),
  address: router.sourceAddress,
});
