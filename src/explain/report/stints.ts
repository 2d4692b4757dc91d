// Who was the active router when: the stints of each director in each virtual router, read off its transitions, with why each
// began and ended. A daemon that ends without a word ends its stints at the last thing that it told, unless the next
// run goes on with them. What follows from two directors' stints is failovers.ts's.
import { type Told, textIn } from './past.ts';

export type Stint = {
  readonly director: string;
  readonly router: string;
  readonly from: number;
  readonly began: Told;
  /** Absent: it goes on. */
  readonly until?: number;
  /** The last thing that was told of it. */
  readonly last?: Told;
  /** The transition that it ended with; absent where nothing was told. */
  readonly ended?: Told;
  /** When and why the director began to leave: before it ended, where it served on until a successor was heard. */
  readonly decided?: Told;
};

type Open = { -readonly [Key in keyof Stint]: Stint[Key] };

const serving = new Set(['active', 'leaving']);

/** @param all of all directors, in order. */
export function stintsOf(all: readonly Told[]): readonly Stint[] {
  const open = new Map<string, Open>();
  /** Of a run that is over: they end there, unless the next transition says that they go on. */
  const doubtful = new Map<string, Open>();
  const lastTold = new Map<string, Told>();
  const stints: Stint[] = [];
  const end = (stint: Open, last: Told) => {
    stint.until = last.at;
    stint.last = last;
  };

  function transition(told: Told, router: string): void {
    const key = `${told.director} ${router}`;
    const to = textIn(told, 'to') ?? '';
    let stint = open.get(key);
    const left = doubtful.get(key);
    doubtful.delete(key);
    if (left !== undefined && goesOn.has(reasonOf(told))) {
      delete left.until;
      open.set(key, left);
      stint = left;
    }
    if (serving.has(to)) {
      if (stint === undefined) {
        stint = { director: told.director, router, from: told.at, began: told };
        open.set(key, stint);
        stints.push(stint);
      }
      if (to === 'leaving') stint.decided ??= told;
      else delete stint.decided;
      return;
    }
    if (stint === undefined) return;
    stint.decided ??= told;
    stint.ended = told;
    end(stint, told);
    open.delete(key);
  }

  for (const told of all) {
    const router = textIn(told, 'instance');
    if (told.record.event === 'daemon.started') {
      for (const [key, stint] of open) {
        if (stint.director !== told.director) continue;
        end(stint, lastTold.get(told.director) ?? stint.began);
        open.delete(key);
        doubtful.set(key, stint);
      }
    }
    if (told.record.event === 'vrrp.transition' && router !== undefined) transition(told, router);
    lastTold.set(told.director, told);
  }
  return stints;
}

/** A new process that takes its role up where the last one left it. */
const goesOn: ReadonlySet<string> = new Set(['resumed', 'addresses_found']);

/** Without its detail. */
export const reasonOf = (told: Told): string => (textIn(told, 'reason') ?? '').split(': ')[0] ?? '';
