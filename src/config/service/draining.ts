// How long a server that is taken out of the file may keep its connections. What draining is says reconcile/leaving.ts.
import type { z } from 'zod';
import { optional } from '../values/documented.ts';
import { duration } from '../values/leaves.ts';
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

/** Undefined where it is removed at once. */
export function resolveDrainTimeout({
  draft,
  globals,
}: Subject<DrainingDraft, DrainingDraft>): number | undefined {
  const timeoutMs = draft.drain_timeout ?? globals.drain_timeout;
  return timeoutMs === 0 ? undefined : timeoutMs;
}
