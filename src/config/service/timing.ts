// How often and how long a service is checked, and how many results in a row count: a service's own keys, else those of the
// top level. The timeouts follow from each other (docs/reference/ldirectord.md §2).
import type { z } from 'zod';
import type { CheckConfig } from '../../model/config/check.ts';
import type { Position } from '../../model/config/problem.ts';
import type { VirtualConfig } from '../../model/config/service.ts';
import { virtualDefaults as defaults, timeoutDefaults } from '../defaults.ts';
import { errorAt } from '../problem.ts';
import { present, type Resolution } from '../resolution.ts';
import { optional } from '../values/documented.ts';
import { duration, formatDuration, whole } from '../values/scalars.ts';
import type { Subject } from './subject.ts';

/** At the top level and in a virtual service. */
export const timingShape = {
  checktimeout: optional(
    duration(),
    'How long connect, ping and external checks may take. Unset: negotiatetimeout.',
    formatDuration(timeoutDefaults.checktimeout),
  ),
  negotiatetimeout: optional(
    duration(),
    'How long a negotiate check may take. Unset: checktimeout.',
    formatDuration(timeoutDefaults.negotiatetimeout),
  ),
  checkinterval: optional(
    duration({ minMs: 10 }),
    'Time from the start of one check of a server to the next.',
    formatDuration(defaults.checkinterval),
  ),
  retryinterval: optional(
    duration({ minMs: 10 }),
    'Time from the end of a check that failed to the next one, until the server is out or up again (of an external check from its start). Unset: as checkinterval has it.',
  ),
  warmup: optional(
    duration({ maxMs: 86_400_000 }),
    'Within which time the first check comes, of each server at its own moment. Unset: within a second, or checkinterval where that is less.',
  ),
  checkcount: optional(whole(1, 1_000_000), 'Tries of one ping check.', `${defaults.checkcount}`),
  failurecount: optional(
    whole(1, 1_000_000),
    'Failures in a row that take a server out.',
    `${defaults.failurecount}`,
  ),
  fall: optional(whole(1, 1_000_000), 'Another name of failurecount.'),
  rise: optional(
    whole(1, 1_000_000),
    'Successes in a row that bring a server back. The first ever is enough.',
    `${defaults.rise}`,
  ),
  slow_start: optional(
    duration({ minMs: 1000, maxMs: 86_400_000 }),
    'How long a server that came back takes to grow to its weight.',
  ),
} as const;
type TimingDraft = z.output<z.ZodObject<typeof timingShape>>;

export function resolveTiming({
  draft,
  globals,
  site,
  resolution,
}: Subject<TimingDraft, TimingDraft>): Pick<
  VirtualConfig,
  | 'checktimeoutMs'
  | 'negotiatetimeoutMs'
  | 'checkintervalMs'
  | 'retryintervalMs'
  | 'warmupMs'
  | 'checkcount'
  | 'fall'
  | 'rise'
  | 'slowStartMs'
> {
  judgeFall(draft, site('fall'), resolution);
  const slowStartMs = draft.slow_start ?? globals.slow_start;
  return {
    ...timeoutsOf(draft, globals),
    checkintervalMs: draft.checkinterval ?? globals.checkinterval ?? defaults.checkinterval,
    checkcount: draft.checkcount ?? globals.checkcount ?? defaults.checkcount,
    fall: draft.fall ?? draft.failurecount ?? globals.fall ?? globals.failurecount ?? defaults.failurecount,
    rise: draft.rise ?? globals.rise ?? defaults.rise,
    ...present({
      retryintervalMs: draft.retryinterval ?? globals.retryinterval,
      warmupMs: draft.warmup ?? globals.warmup,
      slowStartMs,
    }),
  };
}

/** What a check says of it itself; each timeout stands for the other. */
export const saidOfTiming = (draft: TimingDraft): Partial<CheckConfig> =>
  present({
    checktimeoutMs: draft.checktimeout ?? draft.negotiatetimeout,
    negotiatetimeoutMs: draft.negotiatetimeout ?? draft.checktimeout,
    checkintervalMs: draft.checkinterval,
    retryintervalMs: draft.retryinterval,
    warmupMs: draft.warmup,
    checkcount: draft.checkcount,
    fall: draft.fall ?? draft.failurecount,
    rise: draft.rise,
  });

/** The nearest first, the same kind before the other. */
function timeoutsOf(draft: TimingDraft, globals: TimingDraft) {
  const check =
    draft.checktimeout ?? draft.negotiatetimeout ?? globals.checktimeout ?? globals.negotiatetimeout;
  const negotiate =
    draft.negotiatetimeout ?? draft.checktimeout ?? globals.negotiatetimeout ?? globals.checktimeout;
  return {
    checktimeoutMs: check ?? timeoutDefaults.checktimeout,
    negotiatetimeoutMs: negotiate ?? timeoutDefaults.negotiatetimeout,
  };
}

/** Of a service, or of the top level. @param at where `fall` stands */
export function judgeFall(
  { fall, failurecount }: TimingDraft,
  at: Position,
  { problems }: Pick<Resolution, 'problems'>,
): void {
  if (fall === undefined || failurecount === undefined || fall === failurecount) return;
  const rule = `the same as failurecount (${failurecount}), which it is another name of`;
  problems.push(errorAt(at, 'use fall', rule, `${fall}`));
}
