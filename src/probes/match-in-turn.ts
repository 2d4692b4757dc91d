// Regular expressions that may take long, in worker threads, one at a time in each. Who takes too long is the text, so
// it is the server that sent it who pays: its work is ended, and from then on waits in a second queue behind nobody
// but its like, until it has been quick again. A time that went by in a queue is never counted against anybody.
import { createRequire } from 'node:module';
import { Worker } from 'node:worker_threads';

/** noTurn: the time was over before it had its turn, which is nothing that this text can be blamed for. */
export type MatchOutcome = 'yes' | 'no' | 'tooSlow' | 'noTurn' | 'badPattern';

export type PatternJob = {
  readonly engine: 'linear' | 'backtracking';
  /** In the engine's spelling. */
  readonly pattern: string;
  readonly texts: readonly string[];
};

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

/** Plain JavaScript as text: a worker that needs no file of its own beside the compiled program. */
const workerSource = `
const { parentPort, workerData } = require('node:worker_threads');
const compiled = new Map();
const compile = ({ engine, pattern }) => {
  if (engine === 'backtracking') return new RegExp(pattern);
  return require(workerData).RE2JS.compile(pattern);
};
parentPort.on('message', (job) => {
  const key = job.engine + job.pattern;
  if (!compiled.has(key)) compiled.set(key, compile(job));
  if (compiled.size > 100) compiled.delete(compiled.keys().next().value);
  const regexp = compiled.get(key) ?? compile(job);
  parentPort.postMessage(job.texts.some((text) => regexp.test(text)));
});
`;
const linearEngine = createRequire(import.meta.url).resolve('re2js');

/** @param onOverrun takes a job that had its time; its worker is gone by then. */
function createLane(limitOf: (waiting: Waiting) => number, onOverrun: (waiting: Waiting) => void): Lane {
  const queue = new Set<Waiting>();
  const lastTurns = new Map<string, number>();
  let turns = 0;
  let worker: Worker | undefined;
  let endCurrent: ((found: boolean | 'overrun') => void) | undefined;

  /** Who has waited longest for a turn: whoever asks often must not crowd out the others. */
  const pick = (): Waiting | undefined => {
    let chosen: Waiting | undefined;
    const turnOf = ({ key }: Waiting) => lastTurns.get(key) ?? 0;
    for (const waiting of queue)
      if (chosen === undefined || turnOf(waiting) < turnOf(chosen)) chosen = waiting;
    return chosen;
  };

  const next = (): void => {
    const waiting = endCurrent === undefined ? pick() : undefined;
    if (waiting === undefined) return;
    queue.delete(waiting);
    if (queue.size === 0) lastTurns.clear();
    else lastTurns.set(waiting.key, ++turns);
    let timer: NodeJS.Timeout | undefined;
    const end = (found: boolean | 'overrun') => {
      clearTimeout(timer);
      endCurrent = undefined;
      if (found === 'overrun') {
        void worker?.terminate();
        worker = undefined;
        onOverrun(waiting);
      } else {
        if (performance.now() - (waiting.begun ?? 0) < quickMs / 2) suspects.delete(waiting.key);
        else if (suspects.has(waiting.key)) suspect(waiting.key, 'slow');
        waiting.settle(found ? 'yes' : 'no');
      }
      next();
    };
    endCurrent = end;
    // A worker that is only now being started has its time from when it runs.
    const begin = () => {
      waiting.begun = performance.now();
      // An answer that lies there already counts, also where this thread was too busy to read it.
      const confirm = () => setImmediate(() => endCurrent === end && end('overrun'));
      timer = setTimeout(confirm, limitOf(waiting));
    };
    if (worker === undefined) worker = startWorker(begin);
    else begin();
    worker.postMessage(waiting.job);
  };

  const startWorker = (onOnline: () => void): Worker => {
    const started = new Worker(workerSource, {
      eval: true,
      workerData: linearEngine,
      resourceLimits: { maxOldGenerationSizeMb: 64 },
    });
    started.once('online', onOnline);
    // Only the present worker counts: one that was ended may still say a last word.
    started.on('message', (found: boolean) => started === worker && endCurrent?.(found));
    started.on('error', () => started === worker && endCurrent?.('overrun')); // out of its memory
    started.unref();
    return started;
  };

  return {
    add: (waiting) => {
      waiting.begun = undefined;
      queue.add(waiting);
      next();
    },
    drop: (waiting) => queue.delete(waiting),
  };
}
