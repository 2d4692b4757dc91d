// What one run looked like from outside, and the arithmetic on it: for how long a client was not answered, for
// how long two hosts held the address, how often the backup took it. Pure. Times are microseconds of the
// monotonic clock, which all processes of the machine share.

/** One probe of the client. */
export type Probe = {
  readonly sentUs: number;
  /** Within {@link answerLimitUs}. */
  readonly answered: boolean;
};

/** An address that came to a host or left it, as its kernel told. Renewals are no change. */
export type AddressChange = { readonly host: string; readonly atUs: number; readonly present: boolean };

/** An advert as it was on the wire. */
export type SeenAdvert = { readonly source: string; readonly atUs: number; readonly priority: number };

export type Observation = {
  readonly probes: readonly Probe[];
  readonly addresses: readonly AddressChange[];
  readonly adverts: readonly SeenAdvert[];
  /** When the observation ended. */
  readonly endUs: number;
};

/** A later answer is none: it waited for its receiver to be found, as the client waited. */
export const answerLimitUs = 20_000;

type Span = { readonly fromUs: number; readonly toUs: number };

/** From each first probe without an answer to the next probe with one, or to the end. */
export function outages(probes: readonly Probe[], endUs: number): readonly Span[] {
  const spans: Span[] = [];
  let lostSince: number | undefined;
  for (const { sentUs, answered } of probes) {
    if (!answered) lostSince ??= sentUs;
    else if (lostSince !== undefined) {
      spans.push({ fromUs: lostSince, toUs: sentUs });
      lostSince = undefined;
    }
  }
  return lostSince === undefined ? spans : [...spans, { fromUs: lostSince, toUs: endUs }];
}

/** All the time in which the client was not answered, of probes sent at or after `fromUs`. */
export const outageUs = ({ probes, endUs }: Observation, fromUs: number): number =>
  sum(
    outages(
      probes.filter(({ sentUs }) => sentUs >= fromUs),
      endUs,
    ),
  );

export type BothHeld = {
  readonly us: number;
  /** Both hold it still when the observation ends: `us` is only how long it was watched. */
  readonly withoutEnd: boolean;
};

/** How long two hosts held the address at once, at or after `fromUs`. */
export function bothHeld({ addresses, endUs }: Observation, fromUs: number): BothHeld {
  const holders = new Set<string>();
  const spans: Span[] = [];
  let since: number | undefined;
  for (const { host, atUs, present } of addresses) {
    if (present) holders.add(host);
    else holders.delete(host);
    if (holders.size > 1) since ??= atUs;
    else if (since !== undefined) {
      spans.push({ fromUs: since, toUs: atUs });
      since = undefined;
    }
  }
  if (since !== undefined) spans.push({ fromUs: since, toUs: endUs });
  const clipped = spans
    .map((span) => ({ ...span, fromUs: Math.max(span.fromUs, fromUs) }))
    .filter((span) => span.toUs > span.fromUs);
  return { us: sum(clipped), withoutEnd: since !== undefined };
}

/** How often the address came to or left that host, at or after `fromUs`. */
export const changesOf = ({ addresses }: Observation, host: string, fromUs: number): number =>
  addresses.filter((change) => change.host === host && change.atUs >= fromUs).length;

/** The last advert of that router before `beforeUs` that did not resign. */
export const lastAdvert = ({ adverts }: Observation, source: string, beforeUs: number) =>
  adverts.findLast((advert) => advert.source === source && advert.atUs < beforeUs && advert.priority > 0);

/** The longest time between two successive probes, at or after `fromUs`: what the run could resolve. */
export function coarsestUs({ probes }: Observation, fromUs: number): number {
  let coarsest = 0;
  for (const [index, { sentUs }] of probes.entries()) {
    const before = probes[index - 1]?.sentUs ?? sentUs;
    if (sentUs >= fromUs) coarsest = Math.max(coarsest, sentUs - before);
  }
  return coarsest;
}

const sum = (spans: readonly Span[]): number =>
  spans.reduce((total, { fromUs, toUs }) => total + toUs - fromUs, 0);

/** The middle one, or the mean of the middle two; NaN of none. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? Number.NaN)) / 2;
}
