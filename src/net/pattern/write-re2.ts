// A pattern for RE2's engine, which takes time in proportion to the text whatever the pattern. It has no references and
// cannot look around; so $ and \R, which do, can be written only where nothing comes after them that would differ.
// Source: RE2's syntax page (github.com/google/re2/wiki/Syntax).
import { contains, lineEnds } from './code-points.ts';
import { lengthOf, type PatternTree, type Place } from './pattern-tree.ts';
import { writeSet, writeTimes } from './write-set.ts';

/** RE2 repeats nothing more often, also not by repetitions in repetitions. */
const timesMax = 1000;

type Around = {
  /** Nothing comes after it. */
  readonly isLast: boolean;
  /** How many characters have to come after it. */
  readonly after: number;
  /** How often what it is in is repeated. */
  readonly times: number;
};

/** @returns undefined for what RE2 does not have */
export const writeRe2 = (tree: PatternTree): string | undefined =>
  write(tree, { isLast: true, after: 0, times: 1 });

const setOf = (set: Parameters<typeof writeSet>[0]) => writeSet(set, (code) => String.raw`\x{${code}}`);
const lineBreak = String.raw`(?:\r\n|${setOf(lineEnds)})`;

function write(tree: PatternTree, around: Around): string | undefined {
  switch (tree.kind) {
    case 'character':
      return setOf(tree.of);
    case 'lineBreak':
      return around.isLast ? lineBreak : undefined;
    case 'place':
      return writePlace(tree.place, around);
    case 'sequence':
      return writeSequence(tree.parts, around);
    case 'choice': {
      const ways = tree.ways.map((way) => write(way, around));
      return ways.includes(undefined) ? undefined : `(?:${ways.join('|')})`;
    }
    case 'repeat': {
      const { min, max } = tree;
      const times = around.times * Math.max(1, min, max === Number.POSITIVE_INFINITY ? 1 : max);
      if (times > timesMax) return undefined;
      const source = write(tree.of, { ...around, isLast: around.isLast && max <= 1, times });
      if (source === undefined) return undefined;
      return `${tree.of.kind === 'character' ? source : `(?:${source})`}${writeTimes(min, max)}`;
    }
    case 'capture':
      return write(tree.of, around);
    case 'reference':
    case 'look':
      return undefined;
  }
}

function writePlace(place: Place, { isLast, after }: Around): string | undefined {
  switch (place) {
    case 'start':
      return String.raw`\A`;
    case 'lineStart':
      // RE2's is also behind a last \n.
      return after > 0 ? '(?m:^)' : undefined;
    case 'end':
      return isLast ? String.raw`(?:\n?\z)` : undefined;
    case 'lineEnd':
      return '(?m:$)';
    case 'textEnd':
      return String.raw`\z`;
    case 'wordEdge':
      return String.raw`\b`;
    case 'noWordEdge':
      return String.raw`\B`;
  }
}

function writeSequence(parts: readonly PatternTree[], around: Around): string | undefined {
  let source = '';
  let { isLast, after } = around;
  for (const [index, part] of [...parts.entries()].reverse()) {
    const next = parts[index + 1];
    // What is no \n cannot be the rest of a \r\n.
    const cutsNothing = next?.kind === 'character' && !contains(next.of, 10);
    const written =
      part.kind === 'lineBreak' && cutsNothing ? lineBreak : write(part, { ...around, isLast, after });
    if (written === undefined) return undefined;
    source = written + source;
    isLast = false;
    after += lengthOf(part).min;
  }
  return source;
}
