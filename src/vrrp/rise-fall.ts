// When a script that is run again and again counts as up or down: after `rise` successes or `fall` failures in a
// row; the first result of all decides alone, as in keepalived (docs/reference/keepalived.md §3). Pure; runs nothing.
import type { Finding } from '../model/tracking.ts';

export type RiseFallLimits = { readonly rise: number; readonly fall: number };

export type RiseFall = {
  readonly finding: Extract<Finding, 'unknown' | 'up' | 'down'>;
  /** Results in a row that speak against `finding`. */
  readonly against: number;
};

export const unknownYet: RiseFall = { finding: 'unknown', against: 0 };

/** As keepalived's init_fail has it: `rise` successes in a row, and it is up. */
export const failedYet: RiseFall = { finding: 'down', against: 0 };

export function countResult(state: RiseFall, succeeded: boolean, { rise, fall }: RiseFallLimits): RiseFall {
  const result = succeeded ? 'up' : 'down';
  if (state.finding === 'unknown' || state.finding === result) return { finding: result, against: 0 };
  const against = state.against + 1;
  return against >= (succeeded ? rise : fall) ? { finding: result, against: 0 } : { ...state, against };
}
