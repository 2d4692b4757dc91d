// For how long the kernel keeps a virtual address that nobody renews: a director that hangs loses it by itself.
import type { z } from 'zod';
import { vrrpDefaults as defaults } from '../defaults.ts';
import { errorAt, warningAt } from '../problem.ts';
import { optional } from '../values/documented.ts';
import { parseDuration, scalar } from '../values/scalars.ts';
import type { RouterSite } from './router-site.ts';

/** auto, off, or whole seconds; `off` is 0. */
const lease = scalar('auto, off, or a whole number of seconds from 1', readLease, {
  anyOf: [{ enum: ['auto', 'off', false] }, { type: ['integer', 'string'] }],
});

export const leaseShape = {
  vip_lease: optional(
    lease,
    'Seconds for which the kernel keeps a VIP that is not renewed. auto: the smallest whole number above 3 x advert_int + 0.5 s.',
    defaults.vip_lease,
  ),
} as const;
type LeaseDraft = z.output<z.ZodObject<typeof leaseShape>>;

/** docs/architecture.md "The lease": the smallest whole number of seconds above three adverts and half a second. */
export const automaticLeaseSec = (advertIntervalMs: number): number =>
  Math.floor((3 * advertIntervalMs + 500) / 1000) + 1;

export function resolveLease({ vip_lease: lease }: LeaseDraft, advertIntervalMs: number): number | 'off' {
  if (lease === 0) return 'off';
  return lease === undefined || lease === 'auto' ? automaticLeaseSec(advertIntervalMs) : lease;
}

export function judgeLease(
  lease: number | 'off',
  advertIntervalMs: number,
  { site, problems }: RouterSite,
): void {
  if (lease === 'off' || lease >= automaticLeaseSec(advertIntervalMs)) return;
  const at = site('vip_lease');
  const rule = `at least ${automaticLeaseSec(advertIntervalMs)} s, which outlives three adverts`;
  const judge = lease * 1000 <= advertIntervalMs ? errorAt : warningAt;
  problems.push(judge(at, 'keep the addresses through a late advert', rule, `${lease} s`));
}

function readLease(text: string): number | 'auto' | undefined {
  if (text === 'auto') return 'auto';
  if (text === 'off' || text === 'no' || text === 'false') return 0;
  const ms = parseDuration(text);
  return ms !== undefined && ms >= 1000 && ms % 1000 === 0 ? ms / 1000 : undefined;
}
