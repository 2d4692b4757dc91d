// A worker thread that compares one text after the other with a regular expression. One that takes too long can only be
// ended together with its thread; the next one then gets a new thread.
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';

export type PatternJob = {
  readonly engine: 'linear' | 'backtracking';
  /** In the engine's spelling. */
  readonly pattern: string;
  readonly texts: readonly string[];
};

export type Found = boolean | 'overrun';

export type Turn = {
  /** From when the text is being looked at: the start of a thread does not count. */
  readonly limitMs: number;
  readonly onBegun: () => void;
  /** Whether a text matches, or that it takes too long. */
  readonly onEnd: (found: Found) => void;
};

/** Begins one job; another must not be given before `onEnd`. */
export type PatternWorker = (job: PatternJob, turn: Turn) => void;

/** Plain JavaScript as text: a worker that needs no file of its own beside the compiled program. */
const workerSource = `
const { parentPort, workerData } = require('node:worker_threads');
const compiled = new Map();
const compile = ({ engine, pattern }) => {
  if (engine === 'backtracking') return new RegExp(pattern, 'u');
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

declare global {
  interface ImportMeta {
    /** As scripts/build/bundle.mjs says of itself; undefined where the sources run file by file. */
    readonly bundled?: true;
  }
}
/** The build has the engine beside the program. */
const linearEngine = (): string =>
  import.meta.bundled
    ? fileURLToPath(new URL('../re2js.cjs', import.meta.url))
    : createRequire(import.meta.url).resolve('re2js');

export function createPatternWorker(): PatternWorker {
  let worker: Worker | undefined;
  let endCurrent: ((found: Found) => void) | undefined;

  const start = (onOnline: () => void): Worker => {
    const started = new Worker(workerSource, {
      eval: true,
      workerData: linearEngine(),
      resourceLimits: { maxOldGenerationSizeMb: 64 },
    });
    started.once('online', onOnline);
    // Only the present worker counts: one that was ended may still say a last word.
    started.on('message', (found: boolean) => started === worker && endCurrent?.(found));
    started.on('error', () => started === worker && endCurrent?.('overrun')); // out of its memory
    started.unref();
    return started;
  };

  return (job, { limitMs, onBegun, onEnd }) => {
    let timer: NodeJS.Timeout | undefined;
    const end = (found: Found) => {
      clearTimeout(timer);
      endCurrent = undefined;
      if (found === 'overrun') {
        void worker?.terminate();
        worker = undefined;
      }
      onEnd(found);
    };
    endCurrent = end;
    const begin = () => {
      onBegun();
      // An answer that lies there already counts, also where this thread was too busy to read it.
      const confirm = () => setImmediate(() => endCurrent === end && end('overrun'));
      timer = setTimeout(confirm, limitMs);
    };
    if (worker === undefined) worker = start(begin);
    else begin();
    worker.postMessage(job);
  };
}
