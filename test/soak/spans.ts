// Spans of time for which something was true, from samples that tell of its changes. Pure.

export type Span = { readonly from: number; readonly to: number };

/** When it was so, from changes in order. @param end of what is still so */
export function spansOf(
  changes: readonly { readonly at: number; readonly on: boolean }[],
  end: number,
): Span[] {
  const spans: Span[] = [];
  let from: number | undefined;
  for (const { at, on } of changes) {
    if (on) from ??= at;
    else if (from !== undefined) {
      spans.push({ from, to: at });
      from = undefined;
    }
  }
  if (from !== undefined && from < end) spans.push({ from, to: end });
  return spans;
}

/** What of the spans lies within that one. */
export const within = (spans: readonly Span[], { from, to }: Span): Span[] =>
  spans
    .map((span) => ({ from: Math.max(span.from, from), to: Math.min(span.to, to) }))
    .filter((span) => span.from < span.to);

/** Where exactly that many of the lists have a span, over one span of time. Neighbours are one. */
export function overlapsOf(
  lists: readonly (readonly Span[])[],
  fits: (count: number) => boolean,
  whole: Span,
): Span[] {
  const edges = lists
    .flatMap((spans) => within(spans, whole))
    .flatMap(({ from, to }) => [
      { at: from, by: 1 },
      { at: to, by: -1 },
    ])
    .sort((one, other) => one.at - other.at);
  let count = 0;
  const changes = [{ at: whole.from, on: fits(0) }];
  for (const [index, { at, by }] of edges.entries()) {
    count += by;
    if (edges[index + 1]?.at !== at) changes.push({ at, on: fits(count) });
  }
  return spansOf(changes, whole.to).filter(({ from, to }) => from < to);
}

export const lengthOf = ({ from, to }: Span): number => to - from;

/** The longest one, if there is any. */
export const longestOf = (spans: readonly Span[]): Span | undefined =>
  spans.reduce<Span | undefined>(
    (longest, span) => (longest === undefined || lengthOf(span) > lengthOf(longest) ? span : longest),
    undefined,
  );
