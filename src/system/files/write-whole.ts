// Puts a small file in place whole or not at all, whatever stands there or beside it: written anew under another name,
// which must be nobody's (no link is followed, no FIFO waited for), and renamed. `keepWhole` lets a power cut do no harm either
// and waits for the disk in the thread pool, one file at a time: a disk that hangs takes one thread, and nobody's loop.
// `keepWholeNow` returns at once, and is for what a boot makes void. Source: open(2), fsync(2), rename(2).
import { closeSync, constants, mkdirSync, openSync, renameSync, unlinkSync, writeFileSync } from 'node:fs';
import { mkdir, open, rename, unlink } from 'node:fs/promises';
import { dirname } from 'node:path';
import { err, ok, type Result } from '../../net/result.ts';

const { O_WRONLY, O_CREAT, O_EXCL, O_NOFOLLOW, O_RDONLY, O_DIRECTORY } = constants;
const fresh = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW;
/** May name servers, paths and what a file of servers says of its checks. */
const fileMode = 0o600;
const folderMode = 0o750;

type Waiting = { text: string; readonly written: Promise<Result<void>> };
const waiting = new Map<string, Waiting>();
let last: Promise<unknown> = Promise.resolve();

/** What comes for the same file before its turn takes its place, and shares its outcome. Never rejects. */
export function keepWhole(path: string, text: string): Promise<Result<void>> {
  const known = waiting.get(path);
  if (known !== undefined) {
    known.text = text;
    return known.written;
  }
  const entry: Waiting = {
    text,
    written: last.then(() => {
      waiting.delete(path);
      return write(path, entry.text);
    }),
  };
  waiting.set(path, entry);
  last = entry.written;
  return entry.written;
}

/** All that was to be kept so far is, or cannot be, or takes too long. */
export async function whenKept(limitMs: number): Promise<void> {
  let giveUp: NodeJS.Timeout | undefined;
  const patience = new Promise<void>((resolve) => {
    giveUp = setTimeout(resolve, limitMs);
  });
  await Promise.race([last, patience]);
  clearTimeout(giveUp);
}

async function write(path: string, text: string): Promise<Result<void>> {
  const beside = `${path}.new`;
  try {
    await mkdir(dirname(path), { recursive: true, mode: folderMode });
    await unlink(beside).catch(ignoreMissing);
    const file = await open(beside, fresh, fileMode);
    try {
      await file.writeFile(text);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(beside, path);
    await syncFolder(dirname(path));
    return ok(undefined);
  } catch (error) {
    await unlink(beside).catch(() => {});
    return err(refusalOf(path, error));
  }
}

/** The rename itself is safe only then. Some file systems know no such thing. */
async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, O_RDONLY | O_DIRECTORY);
  try {
    await folder.sync().catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EINVAL') throw error;
    });
  } finally {
    await folder.close();
  }
}

export function keepWholeNow(path: string, text: string | Uint8Array): Result<void> {
  const beside = `${path}.new`;
  try {
    mkdirSync(dirname(path), { recursive: true, mode: folderMode });
    removeNow(beside);
    const fd = openSync(beside, fresh, fileMode);
    try {
      writeFileSync(fd, text);
    } finally {
      closeSync(fd);
    }
    renameSync(beside, path);
    return ok(undefined);
  } catch (error) {
    try {
      removeNow(beside);
    } catch {
      // It is told below that there is trouble.
    }
    return err(refusalOf(path, error));
  }
}

function removeNow(path: string): void {
  try {
    unlinkSync(path);
  } catch (error) {
    ignoreMissing(error as NodeJS.ErrnoException);
  }
}

function ignoreMissing(error: NodeJS.ErrnoException): void {
  if (error.code !== 'ENOENT') throw error;
}

function refusalOf(path: string, error: unknown): string {
  const { code = String(error) } = error as NodeJS.ErrnoException;
  return `Cannot keep ${path}: expected a folder and a disk to write to, got ${code}`;
}
