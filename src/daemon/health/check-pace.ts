// Whether checks are made as often as they are asked for. Where this machine has too much to do, all come late and
// each less often; no server suffers for it, but a dead one is found later, and somebody should know.

import type { Journal } from '../../journal/event.ts';
import type { Micros } from '../../ports/clock.ts';

const windowMs = 10_000;
/** So few may be left out without a word: a pause of the machine is not a lack of it. */
const toleratedPercent = 5;

export type CheckPace = {
  /** A check begins. @param missed starts of it that went by before it could */
  readonly note: (now: Micros, missed: number) => void;
  /** Starts that went by so, ever. */
  readonly missed: () => number;
};

export function createCheckPace(journal: Journal, checks: () => number): CheckPace {
  let windowFrom: Micros | undefined;
  let behindSince: Micros | undefined;
  let begun = 0;
  let missedBefore = 0;
  let missed = 0;

  const judge = (from: Micros): void => {
    const madePercent = Math.floor((100 * begun) / (begun + missed - missedBefore));
    const isBehind = 100 - madePercent > toleratedPercent;
    if (isBehind && behindSince === undefined) {
      behindSince = from;
      journal({ event: 'checks.behind', checks: checks(), made_percent: madePercent });
    } else if (!isBehind && behindSince !== undefined) {
      journal({
        event: 'checks.caught_up',
        checks: checks(),
        behind_s: Math.round((from - behindSince) / 1e6),
      });
      behindSince = undefined;
    }
    begun = 0;
    missedBefore = missed;
  };

  return {
    note: (now, missedNow) => {
      windowFrom ??= now;
      if (now - windowFrom >= windowMs * 1000) {
        judge(windowFrom);
        windowFrom = now;
      }
      begun++;
      missed += missedNow;
    },
    missed: () => missed,
  };
}
