// A FIFO that lines are written to for whoever reads them. Nothing of it ever waits for a reader.
import type { Result } from '../net/result.ts';

/** 'full': nobody has read for a while, and none of it was written. */
export type FifoWrite = 'written' | 'full' | { readonly failed: string };

export type Fifo = {
  /** A line of at most PIPE_BUF bytes, whole or not at all. */
  readonly write: (line: string) => FifoWrite;
  /** Bytes in the pipe that nobody has read yet; undefined where the kernel does not tell. */
  readonly unread: () => number | undefined;
  /** What stands at its path is another thing by now, or nothing. */
  readonly isGone: () => boolean;
  /** Takes it away if it was made here, so that whoever reads comes to its end. */
  readonly close: () => void;
};

/** @property reason why it was not opened; completes "Cannot write to the FIFO PATH: ". */
export type OpenFifo = (path: string, owner: string | undefined) => Result<OpenedFifo>;

/** @property unowned why it could not be given to its owner. */
export type OpenedFifo = { readonly fifo: Fifo; readonly unowned?: string };
