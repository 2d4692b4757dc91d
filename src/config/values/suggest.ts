// "Did you mean": the known word that is a slip of the finger away from the one written.

/** @returns ' (did you mean "x"?)', or '' where nothing known is near. */
export function didYouMean(word: string, known: readonly string[]): string {
  const near = nearest(word.toLowerCase(), known);
  return near === undefined ? '' : ` (did you mean "${near}"?)`;
}

/** The closest word within a third of its length in edits, at least one; the first of equals. */
function nearest(word: string, known: readonly string[]): string | undefined {
  let best: { readonly word: string; readonly edits: number } | undefined;
  if (word.length > 64) return undefined;
  for (const candidate of known) {
    const allowed = Math.max(1, Math.floor(candidate.length / 3));
    if (Math.abs(word.length - candidate.length) > allowed) continue;
    const edits = editDistance(word, candidate.toLowerCase());
    if (edits <= allowed && edits < (best?.edits ?? Number.POSITIVE_INFINITY))
      best = { word: candidate, edits };
  }
  return best?.word;
}

/** Insertions, deletions, replacements and swaps of neighbours (optimal string alignment). */
function editDistance(a: string, b: string): number {
  let older: number[] = [];
  let previous = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = (previous[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      let edits = Math.min((previous[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, replaced);
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      if (swapped) edits = Math.min(edits, (older[j - 2] ?? 0) + 1);
      row.push(edits);
    }
    older = previous;
    previous = row;
  }
  return previous[b.length] ?? 0;
}
