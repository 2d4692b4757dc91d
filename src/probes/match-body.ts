// Whether a regular expression matches a text, without ever stalling the event loop: patterns run in a worker
// thread, one at a time, and a pattern that once took too long runs in a second one from then on, so that a
// catastrophic pattern delays only itself. Patterns come from the config, texts from servers.
import { Worker } from 'node:worker_threads';

export type MatchOutcome = 'yes' | 'no' | 'tooSlow' | 'badPattern';

/** What a sound pattern on a bounded text never needs. */
const quickMs = 250;
const slowMs = 1000;

type Job = {
  readonly pattern: string;
  readonly texts: readonly string[];
  readonly settle: (outcome: MatchOutcome) => void;
};
type Lane = { readonly add: (job: Job) => void; readonly drop: (job: Job) => void };

const slowPatterns = new Set<string>();
const slowLane = createLane(slowMs, (job) => job.settle('tooSlow'));
const quickLane = createLane(quickMs, (job) => {
  slowPatterns.add(job.pattern);
  slowLane.add(job);
});

/** Unanchored, case-sensitive, no flags (ldirectord's receive). Settles as too slow when `signal` aborts. */
export const matchBody = (pattern: string, text: string, signal: AbortSignal): Promise<MatchOutcome> =>
  matchLines(pattern, [text], signal);

/** As {@link matchBody}; one of the lines, each by itself, must match. */
export async function matchLines(
  pattern: string,
  lines: readonly string[],
  signal: AbortSignal,
): Promise<MatchOutcome> {
  if (!/[\\^$.*+?()[\]{}|]/.test(pattern)) return lines.some((line) => line.includes(pattern)) ? 'yes' : 'no';
  if (!isPattern(pattern)) return 'badPattern';
  return new Promise((resolve) => {
    const giveUp = () => {
      quickLane.drop(job);
      slowLane.drop(job);
      resolve('tooSlow');
    };
    const settle = (outcome: MatchOutcome) => {
      signal.removeEventListener('abort', giveUp);
      resolve(outcome);
    };
    const job: Job = { pattern, texts: lines, settle };
    signal.addEventListener('abort', giveUp);
    (slowPatterns.has(pattern) ? slowLane : quickLane).add(job);
  });
}

function isPattern(pattern: string): boolean {
  try {
    new RegExp(pattern);
    return true;
  } catch {
    return false;
  }
}

/** Plain JavaScript as text: a worker that needs no file of its own beside the compiled program. */
const workerSource = `
const { parentPort } = require('node:worker_threads');
parentPort.on('message', ({ pattern, texts }) => {
  const compiled = new RegExp(pattern);
  parentPort.postMessage(texts.some((text) => compiled.test(text)));
});
`;

/** @param onOverrun takes a job that ran for `limitMs`; its worker is gone by then. */
function createLane(limitMs: number, onOverrun: (job: Job) => void): Lane {
  const queue = new Set<Job>();
  let worker: Worker | undefined;
  let endCurrent: ((found: boolean | 'overrun') => void) | undefined;

  const next = (): void => {
    const [job] = queue;
    if (endCurrent !== undefined || job === undefined) return;
    queue.delete(job);
    let timer: NodeJS.Timeout | undefined;
    endCurrent = (found) => {
      clearTimeout(timer);
      endCurrent = undefined;
      if (found === 'overrun') {
        void worker?.terminate();
        worker = undefined;
        onOverrun(job);
      } else {
        job.settle(found ? 'yes' : 'no');
      }
      next();
    };
    // A worker that is only now being started has its time from when it runs.
    const startTimer = () => {
      timer = setTimeout(() => endCurrent?.('overrun'), limitMs);
    };
    if (worker === undefined) worker = startWorker(startTimer);
    else startTimer();
    worker.postMessage({ pattern: job.pattern, texts: job.texts });
  };

  const startWorker = (onOnline: () => void): Worker => {
    const started = new Worker(workerSource, { eval: true, resourceLimits: { maxOldGenerationSizeMb: 64 } });
    started.once('online', onOnline);
    // Only the present worker counts: one that was ended may still say a last word.
    started.on('message', (found: boolean) => started === worker && endCurrent?.(found));
    started.on('error', () => started === worker && endCurrent?.('overrun')); // out of its memory
    started.unref();
    return started;
  };

  return {
    add: (job) => {
      queue.add(job);
      next();
    },
    drop: (job) => queue.delete(job),
  };
}
