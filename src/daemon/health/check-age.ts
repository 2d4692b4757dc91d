// How long ago a server was checked, and how long that may be: beyond it the process stood still, or is so crowded that its
// verdicts are old. What follows from it is for whoever asks.
import type { Micros } from '../../ports/clock.ts';
import { isNeverMade, type ServerCheck } from './server-check.ts';

export type CheckAge = { readonly ageMs: number; readonly maxMs: number };

/** Of a check that takes all of its time, and of one left out behind it. */
const waitMs = 1000;

/** @returns of the one that ended longest ago; undefined where none is made, or has ended. */
export function checkAgeOf(checks: readonly ServerCheck[], now: Micros): CheckAge | undefined {
  const made = checks.filter((check) => !isNeverMade(check) && check.last !== undefined);
  const ages = made.map(({ last, intervalMs, plan }) => ({
    ageMs: (now - (last?.at ?? now)) / 1000,
    maxMs: 2 * intervalMs + Math.max(plan.main.timeoutMs, plan.between?.check.timeoutMs ?? 0) + waitMs,
  }));
  return ages.sort((a, b) => b.ageMs - b.maxMs - (a.ageMs - a.maxMs))[0];
}
