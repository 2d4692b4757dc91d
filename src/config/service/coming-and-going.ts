// How servers come back and go: a service's own words, else those of the top level, each for itself. What parses but
// cannot come true is warned of. What a flapping server is says health/flap-damping.ts, what draining reconcile/leaving.ts.

import type { Position } from '../../model/config/problem.ts';
import type { VirtualConfig } from '../../model/config/service.ts';
import { virtualDefaults as defaults } from '../defaults.ts';
import { errorAt, type Warn } from '../problem.ts';
import type { Resolution } from '../resolution.ts';
import { formatDuration } from '../values/leaves.ts';
import type { GlobalDraft, VirtualDraft } from './keys.ts';

type Stay = Pick<VirtualConfig, 'flapping' | 'drainTimeoutMs'>;

export function resolveStay(
  draft: VirtualDraft,
  globals: GlobalDraft,
  site: (key: string) => Position,
  resolution: Resolution,
): Stay {
  const drainTimeoutMs = draft.drain_timeout ?? globals.drain_timeout;
  return {
    ...flappingOf(draft, globals, site, resolution),
    ...(drainTimeoutMs !== undefined && drainTimeoutMs > 0 && { drainTimeoutMs }),
  };
}

function flappingOf(
  draft: VirtualDraft,
  globals: GlobalDraft,
  site: (key: string) => Position,
  { problems, sites }: Resolution,
): Pick<Stay, 'flapping'> {
  const holdMs = draft.flap_hold ?? globals.flap_hold;
  if (holdMs === undefined) return {};
  const holdMaxMs = draft.flap_hold_max ?? globals.flap_hold_max ?? defaults.flap_hold_max;
  if (holdMaxMs < holdMs) {
    const [hold, holdMax] = [formatDuration(holdMs), formatDuration(holdMaxMs)];
    const isShort = draft.flap_hold === undefined && draft.flap_hold_max !== undefined;
    const key = isShort ? 'flap_hold_max' : 'flap_hold';
    const at = draft[key] === undefined ? sites(key) : site(key);
    const problem = isShort
      ? errorAt(at, 'use flap_hold_max', `at least flap_hold (${hold})`, holdMax)
      : errorAt(at, 'use flap_hold', `at most flap_hold_max (${holdMax})`, hold);
    // At the top level it is one mistake, however many services take it over.
    const known = problems.some((each) => each.at.line === at.line && each.message === problem.message);
    if (!known) problems.push(problem);
  }
  return {
    flapping: {
      count: draft.flap_count ?? globals.flap_count ?? defaults.flap_count,
      windowMs: draft.flap_window ?? globals.flap_window ?? defaults.flap_window,
      ...{ holdMs, holdMaxMs },
    },
  };
}

/** From one fall to the next it takes `rise` successes and `fall` failures, one an interval. */
export function judgeFlapping(virtual: VirtualConfig, draft: VirtualDraft, warn: Warn): void {
  const { flapping, rise, fall, checkintervalMs } = virtual;
  const own = ['flap_count', 'flap_window', 'flap_hold_max'] as const;
  if (flapping === undefined) {
    for (const key of own) {
      if (draft[key] !== undefined) warn(key, `use ${key}`, 'flap_hold beside it', 'none');
    }
    return;
  }
  const leastMs = (flapping.count - 1) * (rise + fall) * checkintervalMs;
  if (leastMs < flapping.windowMs) return;
  const key = (['flap_window', 'flap_count', 'flap_hold'] as const).find((each) => draft[each] !== undefined);
  const rule = `a flap_window above ${formatDuration(leastMs)}, which ${flapping.count} falls take at the least`;
  warn(key ?? '', 'notice flapping', rule, formatDuration(flapping.windowMs));
}
