// Whose adverts come in whole: who was heard more than once with one that counts, and not too often. What comes in of
// the others is a sample (sample.ts). Bounded: whoever is on the LAN may send from any address.
import type { Ip } from '../../../net/ip.ts';
import type { Micros } from '../../../ports/clock.ts';

/** Of a tenth of a second: a router sends ten at the shortest interval. */
const acceptedMax = 20;
const loudUs = 10_000_000;
const knownMax = 8;
const loudMax = 16;
const candidatesMax = 4096;
/** One that was silent for so long makes room for another. */
const forgottenUs = 10_000_000;

export type KnownSenders = {
  /** When they were heard last. */
  readonly learned: Map<Ip, Micros>;
  /** Until when they are not known: even a sample of so many is as good as all. */
  readonly loud: Map<Ip, Micros>;
  /** Heard once, when. */
  readonly candidates: Map<Ip, Micros>;
  /** Adverts of this tenth of a second that counted. */
  readonly accepted: Map<Ip, number>;
};

export const nobodyKnown = (): KnownSenders => ({
  ...{ learned: new Map(), loud: new Map(), candidates: new Map(), accepted: new Map() },
});

/** An advert of it counted. @returns whether others are known now */
export function noteAccepted(senders: KnownSenders, source: Ip, now: Micros): boolean {
  const { learned, loud, accepted } = senders;
  const count = (accepted.get(source) ?? 0) + 1;
  accepted.set(source, count);
  const isNew = !learned.has(source) && consider(senders, source, now);
  if (learned.has(source)) learned.set(source, now);
  if (count <= acceptedMax || loud.has(source)) return isNew;
  learned.delete(source);
  if (loud.size >= loudMax) return isNew;
  loud.set(source, now + loudUs);
  return true;
}

/** Twice, and not at once: whoever forges senders seldom comes back to one. @returns whether it is known now */
function consider(senders: KnownSenders, source: Ip, now: Micros): boolean {
  const { candidates, loud } = senders;
  const since = candidates.get(source);
  if (since !== undefined) return now > since && !loud.has(source) && learn(senders, source, now);
  candidates.set(source, now);
  const [oldest] = candidates.keys();
  if (candidates.size > candidatesMax && oldest !== undefined) candidates.delete(oldest);
  return false;
}

function learn({ learned }: KnownSenders, source: Ip, now: Micros): boolean {
  for (const [other, at] of learned) {
    if (learned.size < knownMax) break;
    if (now - at > forgottenUs) learned.delete(other);
  }
  if (learned.size >= knownMax) return false;
  learned.set(source, now);
  return true;
}

/** Those that were loud and have been quiet long enough may be learned again. */
export function forgive({ loud }: KnownSenders, now: Micros): void {
  for (const [source, until] of loud) if (until <= now) loud.delete(source);
}
