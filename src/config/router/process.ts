// The section `vrrp_process`: how the process that sends and hears adverts runs, and when it begins.
import * as z from 'zod';
import type { VrrpProcessConfig } from '../../model/config/router.ts';
import { vrrpProcessDefaults } from '../defaults.ts';
import { optional } from '../values/documented.ts';
import { duration, flag, scalar } from '../values/scalars.ts';

const realtimePriority = scalar('off, or a priority from 1 to 99', readRealtime, {
  anyOf: [{ enum: ['off', false] }, { type: 'integer', minimum: 1, maximum: 99 }],
});

export const vrrpProcessSchema = z.strictObject({
  realtime: optional(
    realtimePriority,
    'Its priority in the real-time class SCHED_RR, or off. Needs CAP_SYS_NICE.',
    `${vrrpProcessDefaults.realtime}`,
  ),
  lock_memory: optional(
    flag(),
    'Whether its code, stack and C heap stay out of swap. Needs CAP_IPC_LOCK.',
    'yes',
  ),
  start_delay: optional(
    duration({ minMs: 0, maxMs: 3_600_000 }),
    'How long after the start of the daemon virtual routers begin to take part.',
    '0',
  ),
  delay_after_boot: optional(
    duration({ minMs: 0, maxMs: 3_600_000 }),
    'How long after the boot of the host they begin to.',
    '0',
  ),
});
export type VrrpProcessDraft = z.output<typeof vrrpProcessSchema>;

/** When it begins is each router's to know (delays.ts). */
export const resolveVrrpProcess = (draft: VrrpProcessDraft = {}): VrrpProcessConfig => ({
  realtimePriority: draft.realtime ?? vrrpProcessDefaults.realtime,
  lockMemory: draft.lock_memory ?? vrrpProcessDefaults.lock_memory,
});

function readRealtime(text: string): number | 'off' | undefined {
  if (text === 'off' || text === 'no' || text === 'false') return 'off';
  const priority = /^\d{1,2}$/.test(text) ? Number(text) : 0;
  return priority >= 1 ? priority : undefined;
}
