// How large a YAML document may be beside its bytes: how deep, of how many nodes, and how many more nodes its aliases
// stand for when they are spelled out (a few lines can mean billions). Far above every config that is tested, low
// enough that reading one ends in seconds.
import type { ConfigNode } from './node.ts';

const depthMax = 64;
const nodesMax = 1_500_000;
const repeatedMax = 1_000_000;

type Limit = { readonly rule: string; readonly offset: number };

/** Called as nodes open. @throws what {@link limitOf} knows. */
export function refuseSize(depth: number, nodes: number, offset: number): void {
  if (depth > depthMax) throw limit(`at most ${depthMax} levels`, offset);
  if (nodes > nodesMax) throw limit(`at most ${nodesMax} keys and values`, offset);
}

const limit = (rule: string, offset: number) => Object.assign(new Error(rule), { limit: { rule, offset } });

export const limitOf = (error: unknown): Limit | undefined =>
  error instanceof Error && 'limit' in error ? (error.limit as Limit) : undefined;

export type NodeBudget = {
  readonly rule: string;
  /** Once more what stands elsewhere. @returns whether that is still within the bound. */
  readonly repeat: (node: ConfigNode) => boolean;
  readonly isSpent: () => boolean;
};

export function createBudget(): NodeBudget {
  const sizes = new Map<ConfigNode, number>();
  let repeated = 0;

  /** Spelled out; each collection is counted once. */
  function sizeOf(node: ConfigNode): number {
    if (node.kind === 'scalar') return 1;
    const known = sizes.get(node);
    if (known !== undefined) return known;
    const inner = node.kind === 'list' ? node.items : node.entries.map(({ value }) => value);
    const size = inner.reduce((sum, each) => sum + sizeOf(each), 1);
    sizes.set(node, size);
    return size;
  }

  return {
    rule: `aliases that stand for at most ${repeatedMax} keys and values`,
    repeat: (node) => {
      if (repeated <= repeatedMax) repeated += sizeOf(node);
      return repeated <= repeatedMax;
    },
    isSpent: () => repeated > repeatedMax,
  };
}
