// Whether the file, as it was read again, takes effect, and what whoever asked for it is told: pure.

import { formatProblem } from '../config/format-problem.ts';
import { type ConfigReading, type Held, judgeLoss } from '../config/judge-loss.ts';
import type { Config } from '../model/config/config.ts';
import { fixedAtStart } from './fixed-at-start.ts';

/** @property told to whoever asked, whether it takes effect or not. */
export type Judged = { readonly told: readonly string[] } & (
  | { readonly rejected: readonly string[] }
  /** @property fixed what of it takes a restart, in words. */
  | { readonly rejected?: never; readonly next: Config; readonly fixed: readonly string[] }
);

/** @param empty it may take everything away. */
export function judgeReading(held: Held, reading: ConfigReading, empty: boolean): Judged {
  const { config: next, problems, end } = reading;
  const told = problems.map(formatProblem);
  if (next === undefined) {
    return { rejected: problems.filter(({ severity }) => severity === 'error').map(formatProblem), told };
  }
  const lost = empty ? [] : judgeLoss(held, { config: next, end }).map((each) => `${next.file}: ${each}`);
  if (lost.length > 0) return { rejected: lost, told: lost };
  const fixed = fixedAtStart(held.config, next);
  return { next, fixed, told: [...told, ...fixed.map((each) => `${next.file}: warning: ${each}`)] };
}
