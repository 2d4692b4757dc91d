// Appends lines of the log to a file that is opened anew for each batch, so that logrotate may take it away at any time, and
// rotates it by size where nobody else does. A full disk is an error; a line that it tore in two is gone on with when there is
// room, so that no line is there twice or by half, and one that a crash tore ends in a line end.
import { constants } from 'node:fs';
import { appendFile, open, rename, stat } from 'node:fs/promises';
import type { LogTransport } from '../../ports/log-sink.ts';

const { O_APPEND, O_CREAT, O_RDONLY, O_WRONLY, O_NONBLOCK, O_NOCTTY } = constants;
/** A FIFO without a reader is an error and no wait: it would take a thread that all files share. */
const flag = O_APPEND | O_CREAT | O_WRONLY | O_NONBLOCK | O_NOCTTY;

const sizeMax = 10 * 1024 * 1024;
const filesMax = 5;
const lineEnd = Buffer.from('\n');

/** What was written of the line that comes next, and how long the file was then. */
type Torn = { readonly bytes: number; readonly size: number };

export function openLogFile(path: string): LogTransport {
  let torn: Torn | undefined;
  return {
    send: async (lines) => {
      const size = await rotate(path);
      // Of an earlier run, the first time.
      torn ??= { bytes: 0, size: (await endsTorn(path, size)) ? Number.NaN : size };
      const { bytes, text } = continued(torn, size, lines);
      try {
        await appendFile(path, text, { mode: 0o640, flag });
      } catch (error) {
        const now = await sizeOf(path);
        if (now <= size) throw error;
        const { whole, rest } = wholeOf(lines, now - size + bytes);
        torn = { bytes: rest, size: now };
        if (whole > 0) return whole;
        throw error;
      }
      torn = { bytes: 0, size };
      return lines.length;
    },
    close: () => {},
  };
}

/** @property bytes that stand there already; below 0: a line end comes first, as somebody else has written behind the half. */
type Continued = { readonly bytes: number; readonly text: Buffer };

function continued(torn: Torn, size: number, lines: readonly Uint8Array[]): Continued {
  const [first = lineEnd, ...others] = lines;
  const isHalf = torn.bytes > 0 || Number.isNaN(torn.size);
  if (!isHalf || size === 0) return { bytes: 0, text: Buffer.concat(lines) };
  if (torn.size !== size) return { bytes: -lineEnd.length, text: Buffer.concat([lineEnd, ...lines]) };
  return { bytes: torn.bytes, text: Buffer.concat([first.subarray(torn.bytes), ...others]) };
}

/** Lines that so many bytes are, and what is left of them for the next. */
function wholeOf(
  lines: readonly Uint8Array[],
  bytes: number,
): { readonly whole: number; readonly rest: number } {
  let rest = bytes;
  for (const [index, { length }] of lines.entries()) {
    if (length > rest) return { whole: index, rest };
    rest -= length;
  }
  return { whole: lines.length, rest: 0 };
}

async function endsTorn(path: string, size: number): Promise<boolean> {
  if (size === 0) return false;
  const file = await open(path, O_RDONLY | O_NOCTTY).catch(() => undefined);
  const last = Buffer.from(lineEnd);
  await file?.read(last, 0, 1, size - 1).catch(() => undefined);
  await file?.close();
  return !last.equals(lineEnd);
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
