// What a health endpoint says: yes or no, and why. A yes is never older than what it is made of may be: where the process
// that knows has been silent for too long, the answer is no, whatever it said before.
import type { Micros } from '../../ports/clock.ts';
import type { LastWord } from '../vrrp/reported.ts';

/** @property reason for people, also of a yes. */
export type HealthAnswer = { readonly ok: boolean; readonly reason: string };

/** @property about a name of its kind. */
export type HealthQuestion =
  | { readonly kind: 'live' | 'ready' }
  | { readonly kind: 'active' | 'service'; readonly about: string };

/** Of everything that was asked about. Several are well where each of them is. */
export function allOf(answers: readonly HealthAnswer[]): HealthAnswer {
  const bad = answers.filter(({ ok }) => !ok);
  const told = bad.length > 0 ? bad : answers;
  return { ok: bad.length === 0, reason: told.map(({ reason }) => reason).join('; ') };
}

/** It beats twice a second; what has missed four beats is stopped, stuck or dead, and is not believed any more. */
export const silenceMaxMs = 2000;

/** @returns why what the VRRP process said does not count; undefined: it does. */
export function silenceOf({ at }: LastWord, now: Micros): string | undefined {
  if (at === undefined) return 'the VRRP process has not told of its routers';
  const ageMs = (now - at) / 1000;
  if (ageMs <= silenceMaxMs) return undefined;
  return `the VRRP process said its last word ${seconds(ageMs)} ago: expected one in ${seconds(silenceMaxMs)}`;
}

export const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`;
