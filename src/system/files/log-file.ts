// Appends lines of the log to a file that is opened anew for each batch, so that logrotate may take it away at any time, and
// rotates it by size where nobody else does. A full disk is an error, and what it tore in two ends in a line end.
import { constants } from 'node:fs';
import { appendFile, rename, stat } from 'node:fs/promises';
import type { LogTransport } from '../../ports/log-sink.ts';

const { O_APPEND, O_CREAT, O_WRONLY, O_NONBLOCK, O_NOCTTY } = constants;
/** A FIFO without a reader is an error and no wait: it would take a thread that all files share. */
const flag = O_APPEND | O_CREAT | O_WRONLY | O_NONBLOCK | O_NOCTTY;

const sizeMax = 10 * 1024 * 1024;
const filesMax = 5;
const lineEnd = Buffer.from('\n');

export function openLogFile(path: string): LogTransport {
  let isTorn = false;
  return {
    send: async (lines) => {
      const size = await rotate(path);
      try {
        await appendFile(path, Buffer.concat(isTorn && size > 0 ? [lineEnd, ...lines] : lines), {
          mode: 0o640,
          flag,
        });
      } catch (error) {
        isTorn = (await sizeOf(path)) !== size;
        throw error;
      }
      isTorn = false;
      return lines.length;
    },
    close: () => {},
  };
}

/**
 * FILE becomes FILE.1, FILE.1 becomes FILE.2, up to FILE.5, once FILE has reached its size.
 * @returns the size of FILE afterwards
 */
async function rotate(path: string): Promise<number> {
  const size = await sizeOf(path);
  if (size < sizeMax) return size;
  for (let index = filesMax; index > 0; index--) {
    const older = index === 1 ? path : `${path}.${index - 1}`;
    await rename(older, `${path}.${index}`).catch(ignoreMissing);
  }
  return 0;
}

const sizeOf = (path: string): Promise<number> =>
  stat(path).then(
    (file) => (file.isFile() ? file.size : 0),
    () => 0,
  );

function ignoreMissing(error: NodeJS.ErrnoException): void {
  if (error.code !== 'ENOENT') throw error;
}
