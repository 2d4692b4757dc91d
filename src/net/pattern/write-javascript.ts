// A pattern for JavaScript's engine (with its flag u), which has all of it but steps back without end. Source:
// ECMA-262 §22.2.
import { lineEnds } from './code-points.ts';
import { hasPart, lengthOf, type PatternTree, type Place } from './pattern-tree.ts';
import { writeSet, writeTimes } from './write-set.ts';

const places: Readonly<Record<Place, string>> = {
  start: '^',
  lineStart: String.raw`(?:^|(?<=\n)(?=[^]))`,
  end: String.raw`(?=\n?$)`,
  lineEnd: String.raw`(?=\n|$)`,
  textEnd: '$',
  wordEdge: String.raw`\b`,
  noWordEdge: String.raw`\B`,
};

const setOf = (set: Parameters<typeof writeSet>[0]) => writeSet(set, (code) => String.raw`\u{${code}}`);
const lineBreak = String.raw`(?:\r\n|(?!\r\n)${setOf(lineEnds)})`;

/** V8 also looks between the halves of a pair for what takes no character, where nothing is: so it is led past them. */
export const writeJavaScript = (tree: PatternTree): string =>
  lengthOf(tree).min === 0 && hasPart(tree, mayMatchNowhere) ? `^[^]*?(?:${write(tree)})` : write(tree);

const mayMatchNowhere = (part: PatternTree): boolean =>
  part.kind === 'look' || (part.kind === 'place' && part.place === 'noWordEdge');

function write(tree: PatternTree): string {
  switch (tree.kind) {
    case 'character':
      return setOf(tree.of);
    case 'lineBreak':
      return lineBreak;
    case 'place':
      return places[tree.place];
    case 'sequence':
      return tree.parts.map((part) => (part.kind === 'choice' ? grouped(part) : write(part))).join('');
    case 'choice':
      return tree.ways.map(write).join('|');
    case 'repeat':
      return `${grouped(tree.of)}${writeTimes(tree.min, tree.max)}${tree.isLazy ? '?' : ''}`;
    case 'capture':
      return `(${write(tree.of)})`;
    case 'reference':
      return `(?:\\${tree.capture})`;
    case 'look':
      return `(?${tree.isBehind ? '<' : ''}${tree.isNot ? '!' : '='}${write(tree.of)})`;
  }
}

const grouped = (tree: PatternTree): string => {
  const source = write(tree);
  return tree.kind === 'character' || tree.kind === 'capture' ? source : `(?:${source})`;
};
