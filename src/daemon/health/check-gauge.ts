// How punctual all checks together are: how late each began, and whether they are made as often as asked for, whichever
// process makes them.

import type { Journal } from '../../journal/event.ts';
import type { Micros } from '../../ports/clock.ts';
import { createLatenessHistogram, type Lateness } from '../pace/lateness.ts';
import { createCheckPace } from './check-pace.ts';

export type CheckGauge = {
  /** One began at `startedAt`, so late. @param missed starts of it that went by before */
  readonly note: (startedAt: Micros, lateUs: Micros, missed: number) => void;
  readonly read: () => { readonly missed: number; readonly lateness: Lateness };
};

/** @param checks how many there are. */
export function createCheckGauge(journal: Journal, checks: () => number): CheckGauge {
  const lateness = createLatenessHistogram();
  const pace = createCheckPace(journal, checks);
  return {
    note: (startedAt, lateUs, missed) => {
      lateness.note(lateUs);
      pace.note(startedAt, missed);
    },
    read: () => ({ missed: pace.missed(), lateness: lateness.summary() }),
  };
}
