// What is held true of one name in one family, and when it is asked for next. An answer counts for its TTL, within
// bounds. A resolver that fails changes nothing: the last answer stays for as long as that lasts. A name that is
// gone by the word of its DNS keeps its last addresses for a while, as a zone may be broken for a moment; health
// checks go on meanwhile. Source: RFC 1035 §3.2.1 (TTL), RFC 8767 (serving stale data).
import { compareIp, type Ip, isMulticast, isUnspecified } from '../net/ip.ts';
import type { Micros } from '../ports/clock.ts';
import type { NameAnswer } from '../ports/discovery.ts';

/** No sooner again, whatever the TTL: names of 0 s are asked for that often. */
const askAgainMsMin = 2000;
/** No later again: a record of a day is followed within minutes. */
const askAgainMsMax = 300_000;
/** Between two tries while there is no answer; it doubles from the least. */
const retryMsMax = 30_000;
/** How long the addresses of a name that is gone stay. */
export const absentKeptMs = 300_000;
/** More addresses of one name are not taken. */
const addressesMax = 1024;

export type NameRecord = {
  /** In order, so that an answer that only turns them around changes nothing. Empty: none known. */
  readonly addresses: readonly Ip[];
  /** Since the first answer of several that was none; absent: the last one was good, or there was none. */
  readonly failing?: {
    readonly since: Micros;
    readonly times: number;
    readonly reason: string;
    /** When DNS said first that it is gone. */
    readonly absentSince?: Micros;
  };
  /** Whether it has been asked for with any outcome. */
  readonly answered: boolean;
};

export type NameEffect =
  | { readonly type: 'failed'; readonly reason: string }
  | { readonly type: 'recovered'; readonly afterUs: Micros }
  /** Its addresses were kept long enough. */
  | { readonly type: 'forgotten'; readonly addresses: readonly Ip[] };

export type NameStep = {
  readonly record: NameRecord;
  readonly effects: readonly NameEffect[];
  readonly askAgainMs: number;
};

/** @param addresses of an earlier run. */
export const newRecord = (addresses: readonly Ip[] = []): NameRecord => ({ addresses, answered: false });

export function stepName(record: NameRecord, answer: NameAnswer, now: Micros): NameStep {
  if (answer.outcome !== 'found') return missed(record, answer, now);
  const addresses = usable(answer.addresses);
  // Blocklists answer 0.0.0.0: no word on where the server is.
  if (addresses.length === 0) {
    return missed(record, { outcome: 'failed', reason: 'no address that a server can have' }, now);
  }
  const { failing } = record;
  return {
    record: { addresses, answered: true },
    effects: failing === undefined ? [] : [{ type: 'recovered', afterUs: now - failing.since }],
    askAgainMs: Math.min(askAgainMsMax, Math.max(askAgainMsMin, 1000 * answer.ttlSec)),
  };
}

type Missed = Exclude<NameAnswer, { outcome: 'found' }>;

function missed(record: NameRecord, { outcome, reason }: Missed, now: Micros): NameStep {
  const before = record.failing;
  const absentSince = before?.absentSince ?? (outcome === 'absent' ? now : undefined);
  // Only DNS itself takes addresses away: never a failure, however long it lasts.
  const isOver =
    outcome === 'absent' && absentSince !== undefined && now - absentSince >= 1000 * absentKeptMs;
  const forgotten = isOver ? record.addresses : [];
  const times = (before?.times ?? 0) + 1;
  return {
    record: {
      addresses: isOver ? [] : record.addresses,
      failing: {
        ...{ since: before?.since ?? now, times, reason },
        ...(absentSince !== undefined && { absentSince }),
      },
      answered: true,
    },
    effects: [
      ...(before === undefined ? [{ type: 'failed' as const, reason }] : []),
      ...(forgotten.length > 0 ? [{ type: 'forgotten' as const, addresses: forgotten }] : []),
    ],
    askAgainMs: Math.min(retryMsMax, askAgainMsMin * 2 ** Math.min(times - 1, 10)),
  };
}

/** ip_vs_ctl.c, ip_vs_new_dest: a server has a unicast address. */
const usable = (addresses: readonly Ip[]): readonly Ip[] =>
  [...new Set(addresses)]
    .filter((address) => !isUnspecified(address) && !isMulticast(address) && address !== '255.255.255.255')
    .sort(compareIp)
    .slice(0, addressesMax);
