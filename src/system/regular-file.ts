// Opens and reads what is a regular file, and nothing else: whoever may write to a folder may put a FIFO, a device, a
// folder or a link in the place of a file, and none of them may keep the process waiting, start anything (opening
// /dev/watchdog does) or cost more memory than the reader allows. What the bytes mean is not known here.
// open(2): O_NONBLOCK for a FIFO without a writer, O_NOFOLLOW for links.
import {
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  openSync,
  readSync,
  type Stats,
  statSync,
} from 'node:fs';
import { err, ok, type Result } from '../net/result.ts';

export type FileTrouble = {
  /** Of the system, or what it is instead of a regular file that fits. */
  readonly code: string;
  /** "a regular file, got a FIFO": what goes behind "expected ". */
  readonly problem: string;
};

export type FileLinks = 'follow' | 'refuse';

/** @returns a descriptor to read from, never of anything but a regular file. It is to be closed. */
export function openRegularFile(
  path: string,
  links: FileLinks = 'follow',
): Result<{ readonly fd: number; readonly stats: Stats }, FileTrouble> {
  try {
    const before = links === 'follow' ? statSync(path) : lstatSync(path);
    if (!before.isFile()) return err(otherKind(before));
    const flags = constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY;
    const fd = openSync(path, links === 'follow' ? flags : flags | constants.O_NOFOLLOW);
    // It may be another one by now.
    const stats = fstatSync(fd);
    if (stats.isFile()) return ok({ fd, stats });
    closeSync(fd);
    return err(otherKind(stats));
  } catch (error) {
    return err(troubleOf(error));
  }
}

/** The whole of it, where it has no more than `bytesMax`, whatever its size is said to be (files of /proc say 0). */
export function readRegularFile(
  path: string,
  bytesMax: number,
  links: FileLinks = 'follow',
): Result<Buffer, FileTrouble> {
  const opened = openRegularFile(path, links);
  if (!opened.ok) return opened;
  const { fd, stats } = opened.value;
  try {
    if (stats.size > bytesMax) return err(tooLarge(bytesMax, stats.size));
    return readUpTo(fd, bytesMax, stats.size);
  } catch (error) {
    return err(troubleOf(error));
  } finally {
    closeSync(fd);
  }
}

const pieceBytes = 65_536;

function readUpTo(fd: number, bytesMax: number, expected: number): Result<Buffer, FileTrouble> {
  const pieces: Buffer[] = [];
  let total = 0;
  for (;;) {
    // One more than expected, so that a file that is as long as it says takes one read, and one to see its end.
    const piece = Buffer.allocUnsafe(total === 0 && expected > 0 ? expected + 1 : pieceBytes);
    const length = readSync(fd, piece, 0, piece.byteLength, null);
    if (length === 0) return ok(Buffer.concat(pieces, total));
    total += length;
    if (total > bytesMax) return err(tooLarge(bytesMax, `more`));
    pieces.push(piece.subarray(0, length));
  }
}

/** "a FIFO", "a directory", …: in words for messages. */
export function kindOf(stats: Stats): string {
  if (stats.isFile()) return 'a regular file';
  if (stats.isDirectory()) return 'a directory';
  if (stats.isFIFO()) return 'a FIFO';
  if (stats.isSocket()) return 'a socket';
  if (stats.isSymbolicLink()) return 'a symbolic link';
  return 'a device';
}

const otherKind = (stats: Stats): FileTrouble => ({
  code: 'not_regular',
  problem: `a regular file, got ${kindOf(stats)}`,
});

const tooLarge = (bytesMax: number, got: number | string): FileTrouble => ({
  code: 'too_large',
  problem: `at most ${bytesMax} bytes, got ${got}`,
});

function troubleOf(error: unknown): FileTrouble {
  const { code = 'unknown' } = error as NodeJS.ErrnoException;
  // With O_NOFOLLOW: a link took the place of the file in between.
  if (code === 'ELOOP') return { code, problem: 'a regular file, got a symbolic link' };
  return { code, problem: `a readable file, got ${code}` };
}
