// How long a server that is taken out of the file may keep its connections. What draining is says reconcile/leaving.ts.
import type { z } from 'zod';
import type { VirtualConfig } from '../../model/config/service.ts';
import { optional } from '../values/documented.ts';
import { duration } from '../values/scalars.ts';
import type { Subject } from './subject.ts';

const dayMs = 86_400_000;

/** At the top level and in a virtual service. */
export const drainingShape = {
  drain_timeout: optional(
    duration({ minMs: 0, maxMs: 7 * dayMs }),
    'How long a server that is no longer configured may keep its connections, at weight 0, before it is removed.',
    '0',
  ),
} as const;
type DrainingDraft = z.output<z.ZodObject<typeof drainingShape>>;

export function resolveDraining({
  draft,
  globals,
}: Subject<DrainingDraft, DrainingDraft>): Pick<VirtualConfig, 'drainTimeoutMs'> {
  const drainTimeoutMs = draft.drain_timeout ?? globals.drain_timeout ?? 0;
  return drainTimeoutMs > 0 ? { drainTimeoutMs } : {};
}
