// What holds in every round of a soak run, whatever was done to the pair: a holder of the virtual address within the
// bound of the fault, never two beyond the lease, somebody who answers, never a rule lost, never an unverified server
// in the table, no fault of the program's own, and all is well again. Pure functions of the stream; times in which the
// whole machine stood still are nobody's, and are added to each bound.
import { lengthOf, longestOf, overlapsOf, type Span, spansOf, within } from './spans.ts';
import type { Promised, Round, Sample } from './stream.ts';

export type Violation = { readonly invariant: string; readonly at: number; readonly what: string };

/** What a round is measured by, for whoever reads the run. */
export type Figures = {
  readonly noHolderMs: number;
  readonly twoHoldersMs: number;
  readonly silentMs: number;
  readonly requests: number;
  readonly lost: number;
};

type Of<K extends Sample['kind']> = Extract<Sample, { kind: K }>;

const of = <K extends Sample['kind']>(samples: readonly Sample[], kind: K): readonly Of<K>[] =>
  samples.filter((sample): sample is Of<K> => sample.kind === kind);

export function judge(samples: readonly Sample[], round: Round, promised: Promised): readonly Violation[] {
  return [
    ...judgeHolders(samples, round, promised),
    ...judgeSilence(samples, round, promised),
    ...judgeTable(samples, round, promised),
    ...judgeUnverified(samples, round, promised),
    ...of(samples, 'broken')
      .filter(({ at }) => isIn(round, at))
      .map(({ at, host, what }) => ({ invariant: 'nothing breaks', at, what: `${host}: ${what}` })),
    ...(round.settled === true
      ? []
      : [{ invariant: 'all is well again', at: round.to, what: `it was not: ${round.settled}` }]),
  ];
}

export function measure(samples: readonly Sample[], round: Round, promised: Promised): Figures {
  const answers = of(samples, 'answer').filter(({ at }) => isIn(round, at));
  const longest = (spans: readonly Span[]) => Math.round(lengthOf(longestOf(spans) ?? { from: 0, to: 0 }));
  return {
    noHolderMs: longest(holderSpans(samples, round, promised, (count) => count === 0)),
    twoHoldersMs: longest(holderSpans(samples, round, promised, (count) => count > 1)),
    silentMs: longest(silentSpans(samples, round, promised.pingMs)),
    requests: answers.length,
    lost: answers.filter(({ served }) => !served).length,
  };
}

const isIn = ({ from, to }: Span, at: number) => at >= from && at < to;

/** For how long the machine stood still in or around that span. */
function stalledMs(samples: readonly Sample[], { from, to }: Span): number {
  return of(samples, 'stall')
    .filter(({ at, ms }) => at >= from && at - ms <= to)
    .reduce((sum, { ms }) => sum + ms, 0);
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

const beyond = (samples: readonly Sample[], spans: readonly Span[], boundMs: number) =>
  spans.filter((span) => lengthOf(span) > boundMs + stalledMs(samples, span));

function judgeHolders(samples: readonly Sample[], round: Round, promised: Promised): readonly Violation[] {
  const { noHolderMs, twoHoldersMs } = round.bound;
  const none = holderSpans(samples, round, promised, (count) => count === 0);
  const two = holderSpans(samples, round, promised, (count) => count > 1);
  return [
    ...beyond(samples, none, noHolderMs).map((span) => ({
      invariant: 'a holder within the bound',
      at: span.from,
      what: `nobody held the address for ${Math.round(lengthOf(span))} ms, ${noHolderMs} allowed`,
    })),
    ...beyond(samples, two, twoHoldersMs).map((span) => ({
      invariant: 'never two beyond the lease',
      at: span.from,
      what: `both held the address for ${Math.round(lengthOf(span))} ms, ${twoHoldersMs} allowed`,
    })),
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

function judgeSilence(samples: readonly Sample[], round: Round, { pingMs }: Promised): readonly Violation[] {
  const { silentMs } = round.bound;
  return beyond(samples, silentSpans(samples, round, pingMs), silentMs).map((span) => ({
    invariant: 'somebody answers',
    at: span.from,
    what: `no ping was answered for ${Math.round(lengthOf(span))} ms, ${silentMs} allowed`,
  }));
}

function judgeTable(samples: readonly Sample[], round: Round, promised: Promised): readonly Violation[] {
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
        return beyond(samples, missing, round.bound.missingMs).map((span) => ({
          invariant: 'never a rule lost',
          at: span.from,
          what: `${host} had no ${[service, ...(server === undefined ? [] : [server])].join(' with ')} for ${Math.round(lengthOf(span))} ms, ${round.bound.missingMs} allowed`,
        }));
      }),
    );
  });
}

/** Nobody has to know of a death at once, and who stands still knows nothing; but nobody takes in what does not serve. */
function judgeUnverified(samples: readonly Sample[], round: Round, promised: Promised): readonly Violation[] {
  const { verdictMs } = promised;
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
  return samples.flatMap((sample) => {
    if (!isIn(round, sample.at)) return [];
    const before = { from: sample.at - verdictMs - stalledMs(samples, round), to: sample.at };
    const unserving = (server: string) => !touches(spans('serves', server), before);
    if (sample.kind === 'verdict' && sample.up && unserving(sample.server))
      return [unverified(sample, sample.server, 'was called up')];
    if (sample.kind !== 'table' || touches(spans('disturbed', sample.host), before)) return [];
    const bad = sample.services
      .flatMap(({ reals }) => reals)
      .find(({ server, weight }) => weight > 0 && unserving(server));
    return bad === undefined ? [] : [unverified(sample, bad.server, `had weight ${bad.weight}`)];
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
