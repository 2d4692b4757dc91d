// Appends log lines to a file that is opened anew for each batch, so that logrotate may take it away at any
// time, and rotates it by size where nobody else does. A full disk is reported, not swallowed; a slow one costs
// a bounded queue, and lines that are counted.
import { constants } from 'node:fs';
import { appendFile, rename, stat } from 'node:fs/promises';
import type { OpenLogFile } from '../../ports/log-sink.ts';

const { O_APPEND, O_CREAT, O_WRONLY, O_NONBLOCK, O_NOCTTY } = constants;
/** A FIFO without a reader is an error and no wait: it would take a thread that all files share. */
const flag = O_APPEND | O_CREAT | O_WRONLY | O_NONBLOCK | O_NOCTTY;

const sizeMax = 10 * 1024 * 1024;
const filesMax = 5;
const queuedMax = 10_000;
/** How long an end waits for a disk that hangs. */
const lastWordsMs = 2000;

export const openLogFile: OpenLogFile = (path, { onFailed, onLost }) => {
  let queued: string[] = [];
  let lost = 0;
  let writing: Promise<void> | undefined;

  async function drain(): Promise<void> {
    while (queued.length > 0) {
      const lines = queued;
      queued = [];
      try {
        await rotate(path);
        await appendFile(path, lines.join(''), { mode: 0o640, flag });
      } catch (error) {
        onFailed(error instanceof Error ? error : new Error(String(error)));
      }
      tellLost();
    }
    writing = undefined;
  }

  function tellLost(): void {
    const lines = lost;
    lost = 0;
    if (lines > 0) onLost(lines);
  }

  return {
    write: (line) => {
      if (queued.length < queuedMax) queued.push(line);
      else lost += 1;
      writing ??= drain();
    },
    close: () => within(lastWordsMs, writing),
  };
};

function within(limitMs: number, work: Promise<void> | undefined): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, limitMs);
    void Promise.resolve(work).then(() => {
      clearTimeout(timer);
      resolve();
    });
  });
}

/** FILE becomes FILE.1, FILE.1 becomes FILE.2, up to FILE.5, once FILE has reached its size. */
async function rotate(path: string): Promise<void> {
  const size = await stat(path).then(
    (file) => (file.isFile() ? file.size : 0),
    () => 0,
  );
  if (size < sizeMax) return;
  for (let index = filesMax; index > 0; index--) {
    const older = index === 1 ? path : `${path}.${index - 1}`;
    await rename(older, `${path}.${index}`).catch(ignoreMissing);
  }
}

function ignoreMissing(error: NodeJS.ErrnoException): void {
  if (error.code !== 'ENOENT') throw error;
}
