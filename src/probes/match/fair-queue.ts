// Who is next among many that ask again and again: whoever has waited longest for a turn, so that one who asks often
// does not crowd out the others.

export type FairQueue<Item> = {
  readonly add: (item: Item) => void;
  readonly drop: (item: Item) => void;
  /** @returns the next, which is no longer in the queue; undefined where it is empty. */
  readonly take: () => Item | undefined;
};

/** Turns are counted by `key`, as long as anybody waits. */
export function createFairQueue<Item extends { readonly key: string }>(): FairQueue<Item> {
  const queue = new Set<Item>();
  const lastTurns = new Map<string, number>();
  let turns = 0;
  const turnOf = ({ key }: Item) => lastTurns.get(key) ?? 0;
  return {
    add: (item) => queue.add(item),
    drop: (item) => queue.delete(item),
    take: () => {
      let next: Item | undefined;
      for (const item of queue) if (next === undefined || turnOf(item) < turnOf(next)) next = item;
      if (next === undefined) return undefined;
      queue.delete(next);
      if (queue.size === 0) lastTurns.clear();
      else lastTurns.set(next.key, ++turns);
      return next;
    },
  };
}
