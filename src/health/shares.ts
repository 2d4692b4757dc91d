// Which check process makes which check. Each is placed with the process that has least to do, and stays there: what is
// added or removed moves nothing else. Checks move where a process comes (it is given its share), goes (all that it had is
// placed anew), or falls behind (it gives some away). Loads are estimates (checks/cost.ts), added up. Pure.

/** @property load of a processor, by whatever measure: only proportions count. */
export type Placed = { readonly key: string; readonly load: number };
export type Move = { readonly key: string; readonly from: number; readonly to: number };

export type Shares = {
  /** @returns what is to move to it from the others. */
  readonly open: (process: number) => readonly Move[];
  /** @returns what it had, which is placed nowhere now. */
  readonly close: (process: number) => readonly Placed[];
  /** @returns who makes it; undefined where there is no process. */
  readonly place: (placed: Placed) => number | undefined;
  readonly remove: (key: string) => void;
  /** Of what one has, a part goes to the one with least to do. @param part 0 to 1 */
  readonly relieve: (process: number, part: number) => readonly Move[];
  readonly processOf: (key: string) => number | undefined;
  readonly keysOf: (process: number) => readonly string[];
  readonly loadOf: (process: number) => number;
  readonly countOf: (process: number) => number;
  readonly processes: () => readonly number[];
};

const enough = 1 - 1e-6;

/** What a process has, by key; the sum beside it. */
type Share = { readonly loads: Map<string, number>; sum: number };
type State = { readonly shares: Map<number, Share>; readonly places: Map<string, number> };

export function createShares(): Shares {
  const state: State = { shares: new Map(), places: new Map() };
  const { shares, places } = state;
  return {
    open: (process) => open(state, process),
    close: (process) => {
      const share = shares.get(process);
      shares.delete(process);
      const left = [...(share?.loads ?? [])].map(([key, load]) => ({ key, load }));
      for (const { key } of left) places.delete(key);
      return left;
    },
    place: (placed) => {
      const least = leastOf(shares);
      if (least !== undefined) put(state, least, placed);
      return least?.[0];
    },
    remove: (key) => {
      const share = shares.get(places.get(key) ?? -1);
      places.delete(key);
      if (share !== undefined) take(share, key);
    },
    relieve: (process, part) => {
      const least = leastOf(shares);
      const share = shares.get(process);
      if (share === undefined || least === undefined || least[0] === process) return [];
      return moveAmount(state, process, least[0], share.sum * part);
    },
    processOf: (key) => places.get(key),
    keysOf: (process) => [...(shares.get(process)?.loads.keys() ?? [])],
    loadOf: (process) => shares.get(process)?.sum ?? 0,
    countOf: (process) => shares.get(process)?.loads.size ?? 0,
    processes: () => [...shares.keys()],
  };
}

function open(state: State, process: number): readonly Move[] {
  const { shares } = state;
  if (shares.has(process)) return [];
  const givers = [...shares].map(([giver, { sum }]) => ({ giver, sum }));
  shares.set(process, { loads: new Map(), sum: 0 });
  const fair = givers.reduce((total, { sum }) => total + sum, 0) / shares.size;
  return givers.flatMap(({ giver, sum }) => moveAmount(state, giver, process, sum - fair));
}

/** Of equals the first. */
function leastOf(shares: State['shares']): readonly [process: number, share: Share] | undefined {
  let least: readonly [number, Share] | undefined;
  for (const each of shares) if (least === undefined || each[1].sum < least[1].sum) least = each;
  return least;
}

/** The newest first, until `amount` is reached; none that would leave the receiver with more than the giver. */
function moveAmount(state: State, from: number, to: number, amount: number): readonly Move[] {
  const [source, target] = [state.shares.get(from), state.shares.get(to)];
  const moves: Move[] = [];
  if (source === undefined || target === undefined) return moves;
  let left = amount;
  for (const [key, load] of [...source.loads].reverse()) {
    // By a hair less, which adding up has lost, is as much.
    if (left < load * enough || target.sum + load * enough > source.sum - load * enough) continue;
    put(state, [to, target], { key, load: take(source, key) });
    moves.push({ key, from, to });
    left -= load;
  }
  return moves;
}

function put({ places }: State, [process, share]: readonly [number, Share], { key, load }: Placed): void {
  share.loads.set(key, load);
  share.sum += load;
  places.set(key, process);
}

function take(share: Share, key: string): number {
  const load = share.loads.get(key) ?? 0;
  share.loads.delete(key);
  // What is left of rounding must not add up.
  share.sum = share.loads.size === 0 ? 0 : share.sum - load;
  return load;
}
