// What waits for a place of the log: so many lines and bytes at most, the oldest being kept, as the beginning of a story
// explains it. What there is no room for is counted, and so is all behind it until the gap has been told.
import type { LogRecord } from '../../model/log-record.ts';

const linesMax = 10_000;
const bytesMax = 4 * 1024 * 1024;
const batchMax = 64;

export type LineQueue = {
  /** @returns whether there was room. */
  readonly push: (record: LogRecord, line: Uint8Array) => boolean;
  readonly isEmpty: () => boolean;
  readonly nextLines: () => readonly Uint8Array[];
  /** Removes the first ones; without a count, all. */
  readonly take: (count?: number) => readonly LogRecord[];
  /** How many were left out, once there is room behind the gap, or at the end; counted no more. */
  readonly takeLost: (atEnd?: boolean) => number;
};

export function createLineQueue(): LineQueue {
  const queued: { readonly record: LogRecord; readonly line: Uint8Array }[] = [];
  let bytes = 0;
  let lost = 0;
  return {
    push: (record, line) => {
      if (lost > 0 || queued.length >= linesMax || bytes + line.length > bytesMax) {
        lost += 1;
        return false;
      }
      queued.push({ record, line });
      bytes += line.length;
      return true;
    },
    isEmpty: () => queued.length === 0,
    nextLines: () => queued.slice(0, batchMax).map(({ line }) => line),
    take: (count = queued.length) => {
      const taken = queued.splice(0, count);
      for (const { line } of taken) bytes -= line.length;
      return taken.map(({ record }) => record);
    },
    takeLost: (atEnd = false) => {
      if (!atEnd && (queued.length > linesMax / 2 || bytes > bytesMax / 2)) return 0;
      const lines = lost;
      lost = 0;
      return lines;
    },
  };
}
