// What holds in every round of a soak run, whatever was done to the pair: a holder of the virtual address within the
// bound of the fault, never two beyond the lease, somebody who answers, never a rule lost, never an unverified server
// in the table, no fault of the program's own, and all is well again. Pure functions of the stream. Times for which the
// whole machine stood still are nobody's: what they explain is excused, and counted apart. What must never be is not.
import { lengthOf, longestOf, overlapsOf, type Span, spansOf, within } from './spans.ts';
import type { Promised, Round, Sample } from './stream.ts';

export type Violation = { readonly invariant: string; readonly at: number; readonly what: string };

export type Judgement = {
  readonly violations: readonly Violation[];
  /** What would be some, had the machine not stood still for as long as they are beyond their bounds. */
  readonly excused: readonly Violation[];
};
type Found = Violation & { readonly excused: boolean };

/** What a round is measured by, for whoever reads the run. */
export type Figures = {
  readonly noHolderMs: number;
  readonly twoHoldersMs: number;
  readonly silentMs: number;
  readonly requests: number;
  readonly lost: number;
  /** In all, whoever saw it. */
  readonly stalledMs: number;
};

type Of<K extends Sample['kind']> = Extract<Sample, { kind: K }>;

const of = <K extends Sample['kind']>(samples: readonly Sample[], kind: K): readonly Of<K>[] =>
  samples.filter((sample): sample is Of<K> => sample.kind === kind);

export function judge(samples: readonly Sample[], round: Round, promised: Promised): Judgement {
  const found = [
    ...judgeHolders(samples, round, promised),
    ...judgeSilence(samples, round, promised),
    ...judgeTable(samples, round, promised),
    ...judgeUnverified(samples, round, promised),
    ...of(samples, 'broken')
      .filter(({ at }) => isIn(round, at))
      .map(({ at, host, what }) => violated({ invariant: 'nothing breaks', at, what: `${host}: ${what}` })),
    ...(round.settled === true
      ? []
      : [violated({ invariant: 'all is well again', at: round.to, what: `it was not: ${round.settled}` })]),
  ];
  const those = (excuses: boolean) =>
    found.flatMap(({ excused, ...violation }) => (excused === excuses ? [violation] : []));
  return { violations: those(false), excused: those(true) };
}

const violated = (violation: Violation): Found => ({ ...violation, excused: false });

export function measure(samples: readonly Sample[], round: Round, promised: Promised): Figures {
  const answers = of(samples, 'answer').filter(({ at }) => isIn(round, at));
  const longest = (spans: readonly Span[]) => Math.round(lengthOf(longestOf(spans) ?? { from: 0, to: 0 }));
  return {
    noHolderMs: longest(holderSpans(samples, round, promised, (count) => count === 0)),
    twoHoldersMs: longest(holderSpans(samples, round, promised, (count) => count > 1)),
    silentMs: longest(silentSpans(samples, round, promised.pingMs)),
    requests: answers.length,
    lost: answers.filter(({ served }) => !served).length,
    stalledMs: Math.round(stalledMs(samples, round)),
  };
}

const isIn = ({ from, to }: Span, at: number) => at >= from && at < to;

/** For how long the machine stood still in or around that span: once, however many saw it. */
function stalledMs(samples: readonly Sample[], { from, to }: Span): number {
  const stalls = of(samples, 'stall')
    .map(({ at, ms }) => ({ from: at - ms, to: at }))
    .filter((stall) => stall.to >= from && stall.from <= to);
  const whole = {
    from: Math.min(from, ...stalls.map((stall) => stall.from)),
    to: Math.max(to, ...stalls.map((stall) => stall.to)),
  };
  const lists = stalls.map((stall) => [stall]);
  return overlapsOf(lists, (count) => count > 0, whole).reduce((sum, span) => sum + lengthOf(span), 0);
}

function holderSpans(
  samples: readonly Sample[],
  round: Span,
  { hosts }: Promised,
  fits: (count: number) => boolean,
): readonly Span[] {
  const changes = of(samples, 'holder');
  const lists = hosts.map((name) =>
    spansOf(
      changes.filter(({ host }) => host === name).map(({ at, holds }) => ({ at, on: holds })),
      round.to,
    ),
  );
  return overlapsOf(lists, fits, round);
}

/** Spans that are longer than their bound. What may not be at all is not excused by a machine that stands still. */
function beyond(
  samples: readonly Sample[],
  spans: readonly Span[],
  boundMs: number,
  { invariant, what }: { readonly invariant: string; readonly what: string },
): readonly Found[] {
  return spans
    .filter((span) => lengthOf(span) > boundMs)
    .map((span) => {
      const [lengthMs, stalled] = [lengthOf(span), boundMs > 0 ? stalledMs(samples, span) : 0];
      const still = stalled > 0 ? `, and ${Math.round(stalled)} for which the machine stood still` : '';
      return {
        invariant,
        at: span.from,
        what: `${what} for ${Math.round(lengthMs)} ms, ${boundMs} allowed${still}`,
        excused: lengthMs <= boundMs + stalled,
      };
    });
}

function judgeHolders(samples: readonly Sample[], round: Round, promised: Promised): readonly Found[] {
  const { noHolderMs, twoHoldersMs } = round.bound;
  const none = holderSpans(samples, round, promised, (count) => count === 0);
  const two = holderSpans(samples, round, promised, (count) => count > 1);
  return [
    ...beyond(samples, none, noHolderMs, {
      invariant: 'a holder within the bound',
      what: 'nobody held the address',
    }),
    ...beyond(samples, two, twoHoldersMs, {
      invariant: 'never two beyond the lease',
      what: 'both held the address',
    }),
  ];
}

/** Between two answers, without the time that lies between any two; sequence numbers have 16 bits. */
function silentSpans(samples: readonly Sample[], round: Span, pingMs: number): readonly Span[] {
  const replies = of(samples, 'reply');
  const spans = replies.flatMap(({ at, sequence }, index) => {
    const before = replies[index - 1];
    if (before === undefined) return [];
    const lost = ((sequence - before.sequence) & 0xffff) - 1;
    return lost > 0 && lost < 0x8000 ? [{ from: at - lost * pingMs, to: at }] : [];
  });
  const last = replies.at(-1)?.at ?? Number.NEGATIVE_INFINITY;
  return within([...spans, { from: last + pingMs, to: round.to }], round);
}

function judgeSilence(samples: readonly Sample[], round: Round, { pingMs }: Promised): readonly Found[] {
  return beyond(samples, silentSpans(samples, round, pingMs), round.bound.silentMs, {
    invariant: 'somebody answers',
    what: 'no ping was answered',
  });
}

function judgeTable(samples: readonly Sample[], round: Round, promised: Promised): readonly Found[] {
  const looks = of(samples, 'table');
  return promised.hosts.flatMap((host) => {
    const ofHost = looks.filter((look) => look.host === host);
    return promised.table.flatMap(({ service, servers }) =>
      [undefined, ...servers].flatMap((server) => {
        const changes = ofHost.map((look) => {
          const found = look.services.find((each) => each.service === service);
          const has = server === undefined || found?.reals.some((real) => real.server === server) === true;
          return { at: look.at, on: found === undefined || !has };
        });
        const missing = within(spansOf(changes, round.to), round);
        const rule = [service, ...(server === undefined ? [] : [server])].join(' with ');
        return beyond(samples, missing, round.bound.missingMs, {
          invariant: 'never a rule lost',
          what: `${host} had no ${rule}`,
        });
      }),
    );
  });
}

/** Nobody has to know of a death at once, and who stands still knows nothing; but nobody takes in what does not serve. */
function judgeUnverified(samples: readonly Sample[], round: Round, promised: Promised): readonly Found[] {
  const stalled = stalledMs(samples, round);
  const spans = (kind: 'serves' | 'disturbed', name: string) =>
    spansOf(
      samples.flatMap((sample) => {
        if (sample.kind === 'serves' && kind === 'serves' && sample.server === name)
          return [{ at: sample.at, on: sample.serves }];
        if (sample.kind === 'disturbed' && kind === 'disturbed' && sample.host === name)
          return [{ at: sample.at, on: sample.disturbed }];
        return [];
      }),
      Number.POSITIVE_INFINITY,
    );
  const touches = (list: readonly Span[], span: Span) =>
    list.some(({ from, to }) => from <= span.to && to >= span.from);
  const look = (sample: Sample, verdictMs: number): Violation | undefined => {
    const before = { from: sample.at - verdictMs, to: sample.at };
    const unserving = (server: string) => !touches(spans('serves', server), before);
    if (sample.kind === 'verdict' && sample.up && unserving(sample.server))
      return unverified(sample, sample.server, 'was called up');
    if (sample.kind !== 'table' || touches(spans('disturbed', sample.host), before)) return undefined;
    const bad = sample.services
      .flatMap(({ reals }) => reals)
      .find(({ server, weight }) => weight > 0 && unserving(server));
    return bad && unverified(sample, bad.server, `had weight ${bad.weight}`);
  };
  return samples.flatMap((sample) => {
    const found = isIn(round, sample.at) ? look(sample, promised.verdictMs) : undefined;
    if (found === undefined) return [];
    return [{ ...found, excused: look(sample, promised.verdictMs + stalled) === undefined }];
  });
}

const unverified = (
  { at, host }: { readonly at: number; readonly host: string },
  server: string,
  what: string,
) => ({
  invariant: 'never an unverified server',
  at,
  what: `${server}, which does not serve, ${what} on ${host}`,
});
