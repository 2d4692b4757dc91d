// Writes lines to one FIFO, in their order, and never waits for who reads it: what the pipe does not take stays in a bounded
// queue and is tried again with a growing pause. A reader that is too slow loses the oldest of the queue, and it is
// counted. A FIFO that was taken away, or could not be opened, is made anew.
import type { Journal } from '../../journal/event.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Fifo, OpenFifo } from '../../ports/fifo.ts';
import { createRateLimit, type RateLimit } from '../pace/rate-limit.ts';

/** Beside the 64 KiB that the pipe itself takes. */
const waitingMax = 10_000;
const firstPauseMs = 50;
const pauseMaxMs = 2000;

export type FifoWriterStatus = {
  /** Lines that the pipe took, wait for room in it, and were left out. */
  readonly written: number;
  readonly waiting: number;
  readonly lost: number;
  /** What the pipe holds that nobody has read yet; absent where it is not open. */
  readonly unreadBytes?: number;
  /** Why it is not written to, or not as configured. */
  readonly failure?: string;
};

export type FifoWriter = {
  /** Tries at once; for whoever must find it there. */
  readonly open: () => void;
  readonly write: (line: string) => void;
  readonly status: () => FifoWriterStatus;
  /** Resolves when all is written, or after that time; what is left then is lost. The FIFO is closed. */
  readonly close: (limitMs: number) => Promise<void>;
};

export type FifoWriterPorts = {
  readonly clock: Clock;
  readonly journal: Journal;
  readonly openFifo: OpenFifo;
};

/** What the functions below share. */
type Writing = {
  readonly path: string;
  readonly owner: string | undefined;
  readonly ports: FifoWriterPorts;
  readonly lost: RateLimit;
  readonly waiting: string[];
  written: number;
  leftOut: number;
  fifo: Fifo | undefined;
  /** The reason that was told last. */
  told: string | undefined;
  pauseMs: number;
  cancel: (() => void) | undefined;
  onEmpty: (() => void) | undefined;
};

export function createFifoWriter(
  path: string,
  owner: string | undefined,
  ports: FifoWriterPorts,
): FifoWriter {
  const { clock } = ports;
  const writing: Writing = {
    ...{ path, owner, ports, lost: createRateLimit(clock), waiting: [], pauseMs: firstPauseMs },
    ...{ written: 0, leftOut: 0, fifo: undefined, told: undefined, cancel: undefined, onEmpty: undefined },
  };
  return {
    open: () => void opened(writing),
    write: (line) => {
      const { waiting } = writing;
      waiting.push(line);
      const left = waiting.splice(0, waiting.length - waitingMax);
      if (left.length > 0) lose(writing, left.length, 'nobody reads it, or too slowly');
      // Whoever has something to tell is in the middle of it.
      writing.cancel ??= clock.after(0, () => flush(writing));
    },
    status: () => statusOf(writing),
    close: async (limitMs) => {
      if (limitMs > 0 && writing.waiting.length > 0) await emptied(writing, limitMs);
      close(writing);
    },
  };
}

function statusOf({ written, waiting, leftOut, fifo, told }: Writing): FifoWriterStatus {
  const unreadBytes = fifo?.unread();
  return {
    ...{ written, waiting: waiting.length, lost: leftOut },
    ...(unreadBytes !== undefined && { unreadBytes }),
    ...(told !== undefined && { failure: told }),
  };
}

/** Once a reason, until it has another one or is well again. */
function fail(writing: Writing, reason: string): void {
  const { path, ports } = writing;
  if (writing.told !== reason) ports.journal({ event: 'fifo.failed', fifo: path, reason });
  writing.told = reason;
}

function lose(writing: Writing, lines: number, reason: string): void {
  const { path, ports, lost } = writing;
  writing.leftOut += lines;
  const say = (count: number) => ports.journal({ event: 'fifo.lost', fifo: path, lines: count, reason });
  lost.note('lost', say, lines);
}

function opened(writing: Writing): Fifo | undefined {
  if (writing.fifo?.isGone() === true) {
    fail(writing, 'it was taken away, with what it held; it is made anew');
    leave(writing);
  }
  if (writing.fifo !== undefined) return writing.fifo;
  const result = writing.ports.openFifo(writing.path, writing.owner);
  if (!result.ok) {
    fail(writing, result.error);
    return undefined;
  }
  const { fifo, unowned } = result.value;
  if (unowned !== undefined) fail(writing, unowned);
  writing.fifo = fifo;
  return fifo;
}

function leave(writing: Writing): void {
  writing.fifo?.close();
  writing.fifo = undefined;
}

/** @returns whether nothing is left. */
function writeAll(writing: Writing): boolean {
  const { waiting } = writing;
  const fifo = opened(writing);
  for (let line = waiting[0]; line !== undefined; line = waiting[0]) {
    const how = fifo?.write(line) ?? 'full';
    if (typeof how !== 'string') {
      fail(writing, `expected to write, got ${how.failed}`);
      leave(writing);
    }
    if (how !== 'written') return false;
    waiting.shift();
    writing.written += 1;
    writing.told = undefined;
    writing.pauseMs = firstPauseMs;
  }
  return true;
}

function flush(writing: Writing): void {
  writing.cancel = undefined;
  if (writeAll(writing)) {
    writing.onEmpty?.();
    return;
  }
  writing.cancel = writing.ports.clock.after(writing.pauseMs, () => flush(writing));
  writing.pauseMs = Math.min(pauseMaxMs, 2 * writing.pauseMs);
}

/** Resolves when nothing waits any more, or after that time. */
const emptied = (writing: Writing, limitMs: number): Promise<void> =>
  new Promise((resolve) => {
    const late = writing.ports.clock.after(limitMs, resolve);
    writing.onEmpty = () => {
      late();
      resolve();
    };
  });

function close(writing: Writing): void {
  writing.cancel?.();
  if (writing.waiting.length > 0) lose(writing, writing.waiting.splice(0).length, 'nobody reads it');
  writing.lost.close();
  leave(writing);
}
