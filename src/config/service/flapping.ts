// Servers that fall again and again: how long they are held out when they come back. A service's own keys, else those of
// the top level, each for itself. What a flapping server is says health/flap-damping.ts.
import type { z } from 'zod';
import type { VirtualConfig } from '../../model/config/service.ts';
import type { FlapPolicy } from '../../model/flapping.ts';
import { virtualDefaults as defaults } from '../defaults.ts';
import { errorAt, type Warn } from '../problem.ts';
import { optional } from '../values/documented.ts';
import { duration, formatDuration, whole } from '../values/scalars.ts';
import { type Subject, sharedSite } from './subject.ts';

const dayMs = 86_400_000;

/** At the top level and in a virtual service. */
export const flappingShape = {
  flap_hold: optional(
    duration({ minMs: 100, maxMs: dayMs }),
    'How long a flapping server is held out when it comes back; each further fall doubles it. Unset: not at all.',
  ),
  flap_count: optional(
    whole(2, 1000),
    'With flap_hold: so many falls within flap_window make a server a flapping one.',
    `${defaults.flap_count}`,
  ),
  flap_window: optional(
    duration({ minMs: 1000, maxMs: dayMs }),
    'With flap_hold: how long a fall counts. Each time that a server stays up so long halves its next hold.',
    formatDuration(defaults.flap_window),
  ),
  flap_hold_max: optional(
    duration({ minMs: 100, maxMs: dayMs }),
    'With flap_hold: no hold is longer.',
    formatDuration(defaults.flap_hold_max),
  ),
} as const;
type FlappingDraft = z.output<z.ZodObject<typeof flappingShape>>;

/** Undefined where no server is held out. */
export function resolveFlapping(subject: Subject<FlappingDraft, FlappingDraft>): FlapPolicy | undefined {
  const { draft, globals } = subject;
  const own = <Key extends keyof FlappingDraft>(key: Key) => draft[key] ?? globals[key];
  const holdMs = own('flap_hold');
  if (holdMs === undefined) return undefined;
  const holdMaxMs = own('flap_hold_max') ?? defaults.flap_hold_max;
  judgeHold(holdMs, holdMaxMs, subject);
  return {
    count: own('flap_count') ?? defaults.flap_count,
    windowMs: own('flap_window') ?? defaults.flap_window,
    ...{ holdMs, holdMaxMs },
  };
}

function judgeHold(holdMs: number, holdMaxMs: number, subject: Subject<FlappingDraft>): void {
  if (holdMaxMs >= holdMs) return;
  const { draft, resolution } = subject;
  const [hold, holdMax] = [formatDuration(holdMs), formatDuration(holdMaxMs)];
  const isShort = draft.flap_hold === undefined && draft.flap_hold_max !== undefined;
  const key = isShort ? 'flap_hold_max' : 'flap_hold';
  const at = sharedSite(subject, key);
  const [rule, got] = isShort
    ? [`at least flap_hold (${hold})`, holdMax]
    : [`at most flap_hold_max (${holdMax})`, hold];
  resolution.problems.push(errorAt(at, `use ${key}`, rule, got));
}

/** From one fall to the next it takes `rise` successes and `fall` failures, one an interval, or a retryinterval. */
export function judgeFlapping(virtual: VirtualConfig, draft: FlappingDraft, warn: Warn): void {
  const { flapping, rise, fall, checkintervalMs, retryintervalMs = checkintervalMs } = virtual;
  if (flapping === undefined) {
    for (const key of ['flap_count', 'flap_window', 'flap_hold_max'] as const) {
      if (draft[key] !== undefined) warn(key, `use ${key}`, 'flap_hold beside it', 'none');
    }
    return;
  }
  const eachMs = (rise + 1) * checkintervalMs + (fall - 1) * Math.min(retryintervalMs, checkintervalMs);
  const leastMs = (flapping.count - 1) * eachMs;
  if (leastMs < flapping.windowMs) return;
  const key = (['flap_window', 'flap_count', 'flap_hold'] as const).find((each) => draft[each] !== undefined);
  const rule = `a flap_window above ${formatDuration(leastMs)}, which ${flapping.count} falls take at the least`;
  warn(key ?? '', 'notice flapping', rule, formatDuration(flapping.windowMs));
}
