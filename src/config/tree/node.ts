// A config file as a tree of texts, each knowing where it stands. Both grammars (yaml.ts, ldirectord/read.ts) end
// here, so that one schema reads both. Nothing is interpreted: "no" and "0123" are still what was written.
import type { Position } from '../../model/config/problem.ts';

export type ScalarNode = { readonly kind: 'scalar'; readonly text: string; readonly at: Position };
export type ListNode = {
  readonly kind: 'list';
  readonly items: readonly ConfigNode[];
  readonly at: Position;
};
export type MapNode = { readonly kind: 'map'; readonly entries: readonly MapEntry[]; readonly at: Position };
export type MapEntry = { readonly key: string; readonly keyAt: Position; readonly value: ConfigNode };
export type ConfigNode = ScalarNode | ListNode | MapNode;

export const scalar = (text: string, at: Position): ScalarNode => ({ kind: 'scalar', text, at });

/** Offsets to positions, for many offsets of one text: the line starts are found once. @param first the text's first line in its file. */
export function positioner(file: string, text: string, first = 1): (offset: number) => Position {
  const starts = [0];
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
  return (offset) => {
    let [low, high] = [0, starts.length - 1];
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((starts[middle] ?? 0) <= offset) low = middle;
      else high = middle - 1;
    }
    return { file, line: low + first, column: offset - (starts[low] ?? 0) + 1 };
  };
}
