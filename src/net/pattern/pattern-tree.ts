// What a pattern says, whoever spelled it: characters, what follows what, repetitions, places. Flags are worked in:
// each part means what it means wherever it stands.
import type { CodePoints } from './code-points.ts';

/**
 * `end` is also before a last \n (Perl's $), `textEnd` is not (\z); `lineStart` and `lineEnd` are ^ and $ under (?m),
 * of which the first is not behind a last \n.
 */
export type Place = 'start' | 'lineStart' | 'end' | 'lineEnd' | 'textEnd' | 'wordEdge' | 'noWordEdge';

export type PatternTree =
  /** One character out of a set. */
  | { readonly kind: 'character'; readonly of: CodePoints }
  | { readonly kind: 'sequence'; readonly parts: readonly PatternTree[] }
  | { readonly kind: 'choice'; readonly ways: readonly PatternTree[] }
  /** @property max may be Infinity */
  | {
      readonly kind: 'repeat';
      readonly of: PatternTree;
      readonly min: number;
      readonly max: number;
      readonly isLazy: boolean;
    }
  /** Counted from 1 by their opening brackets. */
  | { readonly kind: 'capture'; readonly of: PatternTree }
  /** What a capture took, which has surely taken something. */
  | { readonly kind: 'reference'; readonly capture: number }
  | {
      readonly kind: 'look';
      readonly isBehind: boolean;
      readonly isNot: boolean;
      readonly of: PatternTree;
    }
  | { readonly kind: 'place'; readonly place: Place }
  /** \R: \r\n, which it never cuts in two, or a character that ends a line. */
  | { readonly kind: 'lineBreak' };

export type Length = { readonly min: number; readonly max: number };

/** How many characters it takes. */
export function lengthOf(tree: PatternTree): Length {
  switch (tree.kind) {
    case 'character':
      return { min: 1, max: 1 };
    case 'lineBreak':
      return { min: 1, max: 2 };
    case 'look':
    case 'place':
      return { min: 0, max: 0 };
    case 'reference':
      return { min: 0, max: Number.POSITIVE_INFINITY };
    case 'capture':
      return lengthOf(tree.of);
    case 'choice': {
      const lengths = tree.ways.map(lengthOf);
      return {
        min: Math.min(...lengths.map(({ min }) => min)),
        max: Math.max(...lengths.map(({ max }) => max)),
      };
    }
    case 'sequence':
      return tree.parts
        .map(lengthOf)
        .reduce((sum, each) => ({ min: sum.min + each.min, max: sum.max + each.max }), { min: 0, max: 0 });
    case 'repeat': {
      const { min, max } = lengthOf(tree.of);
      return { min: min * tree.min, max: max === 0 || tree.max === 0 ? 0 : max * tree.max };
    }
  }
}

/** Whether a part of it, or all of it, is such. */
export function hasPart(tree: PatternTree, is: (part: PatternTree) => boolean): boolean {
  if (is(tree)) return true;
  const has = (part: PatternTree) => hasPart(part, is);
  if (tree.kind === 'sequence') return tree.parts.some(has);
  if (tree.kind === 'choice') return tree.ways.some(has);
  return 'of' in tree && tree.kind !== 'character' && has(tree.of);
}

/** The text that it is, where it is one and no other. */
export function literalOf(tree: PatternTree): string | undefined {
  const parts = tree.kind === 'sequence' ? tree.parts : [tree];
  let text = '';
  for (const part of parts) {
    const [range, more] = part.kind === 'character' ? part.of : [];
    if (range === undefined || more !== undefined || range[0] !== range[1]) return undefined;
    text += String.fromCodePoint(range[0]);
  }
  return text;
}

/** Characters and places, and alternatives of them: nothing to step back to but the next place in the text. */
export const repeatsNothing = (tree: PatternTree): boolean =>
  (tree.kind === 'choice' ? tree.ways : [tree]).every(
    (way) => !hasPart(way, ({ kind }) => !['character', 'sequence', 'place', 'lineBreak'].includes(kind)),
  );

/** Whether it says of the beginning of a text what it says of the whole, wherever it matches there. */
export const looksBeyond = (tree: PatternTree): boolean =>
  hasPart(
    tree,
    (part) =>
      part.kind === 'look' || (part.kind === 'place' && part.place !== 'start' && part.place !== 'lineStart'),
  );
