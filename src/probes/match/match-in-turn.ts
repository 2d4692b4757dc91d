// Regular expressions that may take long, in worker threads, one at a time in each. Who takes too long is the text, so
// it is the server that sent it who pays: its work is ended, and from then on waits in a second queue behind nobody
// but its like, until it has been quick again. A time that went by in a queue is never counted against anybody.
import { createFairQueue } from './fair-queue.ts';
import { createPatternWorker, type PatternJob } from './pattern-worker.ts';

/** noTurn: the time was over before it had its turn, which is nothing that this text can be blamed for. */
export type MatchOutcome = 'yes' | 'no' | 'tooSlow' | 'noTurn' | 'badPattern';

/** What a sound pattern on a bounded text never needs. */
const quickMs = 250;
/** What it gets in the second queue, where it waits for nobody sound. */
const slowMs = 1000;

type Waiting = {
  readonly job: PatternJob;
  /** Server and pattern. */
  readonly key: string;
  /** Since its text is being looked at; undefined: it waits. */
  begun: number | undefined;
  /** It had all of its time in the first queue. */
  overran: boolean;
  readonly settle: (outcome: MatchOutcome) => void;
};
type Lane = { readonly add: (waiting: Waiting) => void; readonly drop: (waiting: Waiting) => void };

/** Who took too long last time: `slow`, but within what the second queue allows, or `endless`, beyond that as well. */
const suspects = new Map<string, 'slow' | 'endless'>();
const suspectsMax = 20_000;

const slowLane = createLane(
  ({ key }) => (suspects.get(key) === 'endless' ? quickMs : slowMs),
  (waiting) => {
    suspect(waiting.key, 'endless');
    waiting.settle('tooSlow');
  },
);
const quickLane = createLane(
  () => quickMs,
  (waiting) => {
    suspect(waiting.key, 'slow');
    waiting.overran = true;
    slowLane.add(waiting);
  },
);

function suspect(key: string, how: 'slow' | 'endless'): void {
  if (suspects.size >= suspectsMax) suspects.clear();
  suspects.set(key, how);
}

/** Settles at the abort at the latest: as too slow where it had its time by then, else as one that had no turn. */
export function matchInTurn(job: PatternJob, server: string, signal: AbortSignal): Promise<MatchOutcome> {
  return new Promise((resolve) => {
    const giveUp = () => {
      quickLane.drop(waiting);
      slowLane.drop(waiting);
      const { begun, overran } = waiting;
      const hadMs = begun === undefined ? 0 : performance.now() - begun;
      resolve(overran || hadMs >= quickMs ? 'tooSlow' : 'noTurn');
    };
    const settle = (outcome: MatchOutcome) => {
      signal.removeEventListener('abort', giveUp);
      resolve(outcome);
    };
    const key = `${server} ${job.pattern}`;
    const waiting: Waiting = { job, key, begun: undefined, overran: false, settle };
    if (signal.aborted) return resolve('noTurn');
    signal.addEventListener('abort', giveUp);
    (suspects.has(waiting.key) ? slowLane : quickLane).add(waiting);
  });
}

/** @param onOverrun takes a job that had its time. */
function createLane(limitOf: (waiting: Waiting) => number, onOverrun: (waiting: Waiting) => void): Lane {
  const queue = createFairQueue<Waiting>();
  const match = createPatternWorker();
  let isBusy = false;

  const next = (): void => {
    const waiting = isBusy ? undefined : queue.take();
    if (waiting === undefined) return;
    isBusy = true;
    match(waiting.job, {
      limitMs: limitOf(waiting),
      onBegun: () => {
        waiting.begun = performance.now();
      },
      onEnd: (found) => {
        isBusy = false;
        if (found === 'overrun') onOverrun(waiting);
        else settle(waiting, found);
        next();
      },
    });
  };

  return {
    add: (waiting) => {
      waiting.begun = undefined;
      queue.add(waiting);
      next();
    },
    drop: (waiting) => queue.drop(waiting),
  };
}

/** Who was quick is trusted again. */
function settle(waiting: Waiting, found: boolean): void {
  if (performance.now() - (waiting.begun ?? 0) < quickMs / 2) suspects.delete(waiting.key);
  else if (suspects.has(waiting.key)) suspect(waiting.key, 'slow');
  waiting.settle(found ? 'yes' : 'no');
}
