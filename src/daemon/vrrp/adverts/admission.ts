// Which adverts of an interface are read, and of which only a sample: the kernel's filter is told, so that a flood
// costs this process a bounded number of packets a second. Known senders come in whole: the peers of unicast, and who
// was heard more than once with an advert that counts. Strangers on our VRIDs, and what can never be ours, have a
// budget each; beyond it the kernel lets in one in 2, 4, 8 … Nobody is hidden: what is let in stands for the others.
// What an advert does is the state machine's decision. docs/architecture.md.
import { compareIp, type Ip } from '../../../net/ip.ts';
import type { Clock, Micros } from '../../../ports/clock.ts';
import type { Admission } from '../../../ports/datagram.ts';

/** Packets of a tenth of a second. */
const budgets = { unknown: 50, strange: 10 } as const;
/** By how much the sample is thinned out at a time. */
const steps = { unknown: 1, strange: 2 } as const;
const windowUs = 100_000;
/** A router sends ten at the shortest interval. */
const acceptedMax = 20;
const loudUs = 10_000_000;
const knownMax = 8;
const loudMax = 16;
const candidatesMax = 4096;
/** One that was silent for so long makes room for another. */
const forgottenUs = 10_000_000;
const relaxMs = 1000;
const shiftMax = 16;

export type PacketClass = 'known' | 'unknown' | 'strange';

/** What the routers of an interface listen to. */
export type Expectation = Pick<Admission, 'group' | 'unicast' | 'peers'>;

/** What the filter looks at. `ttl` is absent where the kernel has judged it. */
export type PacketHead = {
  readonly virtualRouterId?: number;
  readonly source: Ip;
  readonly destination: 'multicast' | 'unicast';
  readonly ttl?: number;
};

/** As the filter has it (system/sockets/advert-filter.ts); a test holds the two to each other. */
export function classOf(head: PacketHead, admission: Omit<Admission, 'unknownShift' | 'strangeShift'>) {
  const { virtualRouterId: vrid = 0, source, destination, ttl = 255 } = head;
  const isOurs =
    destination === 'multicast'
      ? ttl === 255 && admission.group.includes(vrid)
      : admission.unicast.includes(vrid) && admission.peers.includes(source);
  if (!isOurs) return 'strange';
  return admission.known.includes(source) ? 'known' : 'unknown';
}

export type AdmissionKeeper = {
  /** The routers are others now, or the socket is. */
  readonly expect: (expectation: Expectation) => void;
  /** @returns its class, and how many packets it stands for. */
  readonly judge: (head: PacketHead) => { readonly class: PacketClass; readonly standsFor: number };
  /** The packet was read. @param accepted it reached a router. */
  readonly note: (kind: PacketClass, source: Ip, accepted: boolean) => void;
  readonly close: () => void;
};

type Share = { shift: number; inWindow: number; inSecond: number };

/** @param admit tells the kernel. */
export function createAdmission(clock: Clock, admit: (admission: Admission) => void): AdmissionKeeper {
  const shares: Record<'unknown' | 'strange', Share> = {
    unknown: { shift: 0, inWindow: 0, inSecond: 0 },
    strange: { shift: 0, inWindow: 0, inSecond: 0 },
  };
  /** When they were heard last. */
  const learned = new Map<Ip, Micros>();
  const loud = new Map<Ip, Micros>();
  /** Heard once, when. */
  const candidates = new Map<Ip, Micros>();
  let accepted = new Map<Ip, number>();
  let windowAt = Number.NEGATIVE_INFINITY;
  let expectation: Expectation = { group: [], unicast: [], peers: [] };
  let told = '';
  let present: Admission | undefined;
  let relaxing: (() => void) | undefined;

  function tell(): void {
    const known = [...new Set([...expectation.peers, ...learned.keys()])].filter(
      (source) => !loud.has(source),
    );
    const { unknown, strange } = shares;
    present = {
      ...expectation,
      known: known.sort(compareIp),
      unknownShift: unknown.shift,
      strangeShift: strange.shift,
    };
    const text = JSON.stringify(present);
    if (text === told) return;
    told = text;
    admit(present);
  }

  function relax(): void {
    relaxing = undefined;
    const now = clock.now();
    for (const [source, until] of loud) if (until <= now) loud.delete(source);
    for (const kind of ['unknown', 'strange'] as const) {
      const share = shares[kind];
      if (share.inSecond === 0) share.shift = 0;
      else if (8 * share.inSecond < 10 * budgets[kind]) share.shift = Math.max(0, share.shift - 1);
      share.inSecond = 0;
    }
    tell();
    if (loud.size > 0 || shares.unknown.shift > 0 || shares.strange.shift > 0) relaxSoon();
  }

  function relaxSoon(): void {
    relaxing ??= clock.after(relaxMs, relax);
  }

  function beginWindow(now: Micros): void {
    if (now - windowAt < windowUs) return;
    windowAt = now;
    accepted = new Map();
    shares.unknown.inWindow = 0;
    shares.strange.inWindow = 0;
  }

  function spend(kind: 'unknown' | 'strange'): void {
    const share = shares[kind];
    share.inWindow += 1;
    share.inSecond += 1;
    if (share.inWindow <= budgets[kind]) return;
    share.inWindow = 0;
    if (share.shift === 0) share.inSecond = 0;
    share.shift = Math.min(shiftMax, share.shift + steps[kind]);
    tell();
    relaxSoon();
  }

  function accept(source: Ip, now: Micros): void {
    const count = (accepted.get(source) ?? 0) + 1;
    accepted.set(source, count);
    if (learned.has(source)) learned.set(source, now);
    else consider(source, now);
    if (count <= acceptedMax || loud.has(source)) return;
    // Even a sample of so many is as good as all.
    learned.delete(source);
    if (loud.size >= loudMax) return;
    loud.set(source, now + loudUs);
    tell();
    relaxSoon();
  }

  /** Twice, and not at once: whoever forges senders seldom comes back to one. */
  function consider(source: Ip, now: Micros): void {
    const since = candidates.get(source);
    if (since === undefined) {
      candidates.set(source, now);
      const [oldest] = candidates.keys();
      if (candidates.size > candidatesMax && oldest !== undefined) candidates.delete(oldest);
    } else if (now > since && !loud.has(source)) learn(source, now);
  }

  function learn(source: Ip, now: Micros): void {
    for (const [other, at] of learned) {
      if (learned.size < knownMax) break;
      if (now - at > forgottenUs) learned.delete(other);
    }
    if (learned.size >= knownMax) return;
    learned.set(source, now);
    tell();
  }

  return {
    expect: (next) => {
      expectation = next;
      told = '';
      tell();
    },
    judge: (head) => {
      const kind = present === undefined ? 'unknown' : classOf(head, present);
      return { class: kind, standsFor: kind === 'known' ? 1 : 2 ** shares[kind].shift };
    },
    note: (kind, source, isAccepted) => {
      const now = clock.now();
      beginWindow(now);
      if (isAccepted) accept(source, now);
      if (kind !== 'known') spend(kind);
    },
    close: () => {
      relaxing?.();
      relaxing = undefined;
    },
  };
}
