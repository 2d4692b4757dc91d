// Which adverts of an interface are read, and of which only a sample: the kernel's filter is told, so that a flood
// costs this process a bounded number of packets a second. Known senders come in whole: the peers of unicast, and who
// was heard more than once with an advert that counts. Strangers on our VRIDs, and what can never be ours, have a
// budget each; beyond it the kernel lets in one in 2, 4, 8 … Nobody is hidden: what is let in stands for the others.
// What an advert does is the state machine's decision. docs/architecture.md.
import { compareIp, type Ip } from '../../../net/ip.ts';
import type { Clock } from '../../../ports/clock.ts';
import type { Admission } from '../../../ports/datagram.ts';
import { forgive, type KnownSenders, nobodyKnown, noteAccepted } from './known-senders.ts';
import {
  beginWindow,
  isThinned,
  relax,
  type SampledClass,
  type Samples,
  spend,
  wholeSamples,
} from './sample.ts';

const windowUs = 100_000;
const relaxMs = 1000;

export type PacketClass = 'known' | SampledClass;

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

/** @param admit tells the kernel. */
export function createAdmission(clock: Clock, admit: (admission: Admission) => void): AdmissionKeeper {
  const samples = wholeSamples();
  const senders = nobodyKnown();
  let windowAt = Number.NEGATIVE_INFINITY;
  let expectation: Expectation = { group: [], unicast: [], peers: [] };
  let told = '';
  let present: Admission | undefined;
  let cancelRelax: (() => void) | undefined;

  function tell(): void {
    present = admissionOf(expectation, senders, samples);
    const text = JSON.stringify(present);
    if (text === told) return;
    told = text;
    admit(present);
  }

  function relaxSoon(): void {
    cancelRelax ??= clock.after(relaxMs, () => {
      cancelRelax = undefined;
      forgive(senders, clock.now());
      relax(samples);
      tell();
      if (senders.loud.size > 0 || isThinned(samples)) relaxSoon();
    });
  }

  function note(kind: PacketClass, source: Ip, isAccepted: boolean): void {
    const now = clock.now();
    if (now - windowAt >= windowUs) {
      windowAt = now;
      senders.accepted.clear();
      beginWindow(samples);
    }
    if (isAccepted && noteAccepted(senders, source, now)) tell();
    if (kind !== 'known' && spend(samples, kind)) tell();
    if (senders.loud.size > 0 || isThinned(samples)) relaxSoon();
  }

  return {
    expect: (next) => {
      expectation = next;
      told = '';
      tell();
    },
    judge: (head) => {
      const kind = present === undefined ? 'unknown' : classOf(head, present);
      return { class: kind, standsFor: kind === 'known' ? 1 : 2 ** samples[kind].shift };
    },
    note,
    close: () => {
      cancelRelax?.();
      cancelRelax = undefined;
    },
  };
}

function admissionOf(
  expectation: Expectation,
  senders: KnownSenders,
  { unknown, strange }: Samples,
): Admission {
  const known = new Set([...expectation.peers, ...senders.learned.keys()]);
  return {
    ...expectation,
    known: [...known].filter((source) => !senders.loud.has(source)).sort(compareIp),
    unknownShift: unknown.shift,
    strangeShift: strange.shift,
  };
}
