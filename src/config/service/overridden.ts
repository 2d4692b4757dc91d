// Keys of the top level that every service says for itself, so that nobody goes by them: told once each. Keys that mean
// nothing to the checks of any service are checks/timing.ts's.
import type { Position } from '../../model/config/problem.ts';
import type { VirtualConfig } from '../../model/config/service.ts';
import type { mailSharedShape } from '../notices/service-mail.ts';
import { warningAt } from '../problem.ts';
import type { Resolution } from '../resolution.ts';
import type { GlobalDraft, sharedShape } from './keys.ts';

type Key = Exclude<keyof typeof sharedShape, keyof typeof mailSharedShape | 'fallback'>;

/** What a service goes by; a fallback is told by its place. */
const used: Readonly<Record<Key, (virtual: VirtualConfig) => unknown>> = {
  checktimeout: ({ checktimeoutMs, negotiatetimeoutMs }) => [checktimeoutMs, negotiatetimeoutMs],
  negotiatetimeout: ({ checktimeoutMs, negotiatetimeoutMs }) => [checktimeoutMs, negotiatetimeoutMs],
  checkinterval: ({ checkintervalMs }) => checkintervalMs,
  retryinterval: ({ retryintervalMs }) => retryintervalMs,
  warmup: ({ warmupMs }) => warmupMs,
  checkcount: ({ checkcount }) => checkcount,
  failurecount: ({ fall }) => fall,
  fall: ({ fall }) => fall,
  rise: ({ rise }) => rise,
  slow_start: ({ slowStartMs }) => slowStartMs,
  quiescent: ({ quiescent }) => quiescent,
  readdquiescent: ({ readdquiescent }) => readdquiescent,
  cleanstop: ({ cleanstop }) => cleanstop,
  fallback_quiescent: ({ fallbackQuiescent = false }) => fallbackQuiescent,
  fallbackcommand: ({ fallbackcommand }) => fallbackcommand,
  quorum: ({ quorum }) => quorum?.quorum,
  hysteresis: ({ quorum }) => quorum?.hysteresis,
  quorum_up: ({ quorum }) => quorum?.up,
  quorum_down: ({ quorum }) => quorum?.down,
  quorum_user: ({ quorum }) => quorum?.user,
  omega: ({ omega = false }) => omega,
  flap_hold: ({ flapping }) => flapping?.holdMs,
  flap_count: ({ flapping }) => flapping?.count,
  flap_window: ({ flapping }) => flapping?.windowMs,
  flap_hold_max: ({ flapping }) => flapping?.holdMaxMs,
  drain_timeout: ({ drainTimeoutMs = 0 }) => drainTimeoutMs,
};

const isUsed = (value: unknown, used: unknown): boolean =>
  JSON.stringify(used) === JSON.stringify(value) ||
  (Array.isArray(used) && used.some((each) => each === value));

/** One that a service says as well, with the same value, is not told of: nothing is lost with it. */
export function judgeOverridden(
  draft: GlobalDraft,
  virtuals: readonly VirtualConfig[],
  { problems, sites }: Pick<Resolution, 'problems' | 'sites'>,
): void {
  if (virtuals.length === 0) return;
  for (const key of Object.keys(used) as readonly Key[]) {
    const value = draft[key];
    if (value === undefined || virtuals.some((virtual) => isUsed(value, used[key](virtual)))) continue;
    const at = sites(key);
    if (problems.some((told) => told.at.line === at.line && told.at.column === at.column)) continue;
    problems.push(warningAt(at, `use ${key}`, 'a service that goes by it', 'none, as each has its own'));
  }
  judgeFallback(draft, virtuals, { problems, sites });
}

/** The fallbacks of all, each for one family of services. */
function judgeFallback(
  draft: GlobalDraft,
  virtuals: readonly VirtualConfig[],
  { problems, sites }: Pick<Resolution, 'problems' | 'sites'>,
): void {
  if (problems.some(({ severity }) => severity === 'error')) return;
  const tiers = virtuals.flatMap(({ fallbacks, namedFallbacks = [] }) => [...fallbacks, ...namedFallbacks]);
  for (const key of ['fallback', 'fallback6'] as const) {
    const isSame = ({ at }: (typeof tiers)[number]) =>
      (draft[key] ?? []).some((_, index) => isPlace(at, sites(key, index)));
    if ((draft[key] ?? []).length === 0 || tiers.some(isSame)) continue;
    const rule = 'a service of its family without a fallback of its own';
    problems.push(warningAt(sites(key), `use ${key}`, rule, 'none'));
  }
}

const isPlace = (one: Position, other: Position): boolean =>
  one.file === other.file && one.line === other.line && one.column === other.column;
