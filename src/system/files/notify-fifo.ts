// Opens a FIFO as keepalived does: one that is there is used as it is; else it is made, and is the given user's alone (who reads
// takes lines from others). Open for reading as well, so that neither opening nor writing needs a reader, and what is written without one waits in
// the pipe. Anything but a FIFO is refused (keepalived writes over a file). Source: keepalived/lib/notify.c (fifo_open), of
// whose mode 0644 its umask leaves 0600.
import {
  chownSync,
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  openSync,
  unlinkSync,
  writeSync,
} from 'node:fs';
import { err, ok, type Result } from '../../net/result.ts';
import type { Fifo, FifoWrite, OpenFifo } from '../../ports/fifo.ts';
import { bytesUnread, makeFifo } from '../libc.ts';
import { findUser } from '../programs/users.ts';
import { kindOf } from './open-regular.ts';

/** A daemon that is not root starts programs as root with its own group, and root may not be above modes then. */
const modeOf = () => (process.getuid?.() === 0 ? 0o600 : 0o640);

export const openFifo: OpenFifo = (path, owner) => {
  // A C string ends there, and would name another file.
  if (path.includes('\0')) return err('expected a path, got a character 0 in it');
  const made = makeFifo(path, modeOf());
  if (!made.ok && made.error !== 'EEXIST')
    return err(`expected a folder in which to make it, got ${made.error}`);
  const unowned = made.ok && owner !== undefined ? give(path, owner) : undefined;
  const opened = open(path);
  if (!opened.ok) return opened;
  const fifo = fifoOf(opened.value, path, made.ok);
  return ok({ fifo, ...(unowned !== undefined && { unowned }) });
};

/** @returns why not. */
function give(path: string, owner: string): string | undefined {
  try {
    const user = findUser(owner);
    if (user === undefined) return `expected a user of this host, got ${owner}`;
    chownSync(path, user.uid, user.gid);
    return undefined;
  } catch (error) {
    return `expected the right to give it to ${owner}, got ${codeOf(error)}`;
  }
}

/** Looked at before: to open a device may act. */
function open(path: string): Result<number> {
  let fd: number | undefined;
  try {
    const { O_RDWR, O_NONBLOCK, O_NOFOLLOW } = constants;
    const found = lstatSync(path, { bigint: true });
    if (!found.isFIFO()) return err(`expected a FIFO, got ${kindOf(found)}`);
    fd = openSync(path, O_RDWR | O_NONBLOCK | O_NOFOLLOW);
    if (fstatSync(fd).isFIFO()) return ok(fd);
    closeSync(fd);
    return err('expected a FIFO, got another kind');
  } catch (error) {
    if (fd !== undefined) closeSync(fd);
    return err(`expected the right to read and write it, got ${codeOf(error)}`);
  }
}

function fifoOf(fd: number, path: string, isOurs: boolean): Fifo {
  const { dev, ino } = fstatSync(fd);
  const isGone = () => {
    const found = lstatSync(path, { throwIfNoEntry: false });
    return found?.dev !== dev || found.ino !== ino;
  };
  return {
    write: (line) => write(fd, line),
    unread: () => {
      const bytes = bytesUnread(fd);
      return bytes.ok ? bytes.value : undefined;
    },
    isGone: () => attempt(isGone, true),
    close: () => {
      // First: a reader that opens it anew when it ends finds none (keepalived/lib/notify.c, fifo_close).
      attempt(() => {
        if (isOurs && !isGone()) unlinkSync(path);
      }, undefined);
      closeSync(fd);
    },
  };
}

/** pipe(7): what is no longer than PIPE_BUF goes in whole or, where it does not fit, not at all. */
function write(fd: number, line: string): FifoWrite {
  try {
    writeSync(fd, line);
    return 'written';
  } catch (error) {
    const code = codeOf(error);
    return code === 'EAGAIN' ? 'full' : { failed: code };
  }
}

function attempt<T>(work: () => T, otherwise: T): T {
  try {
    return work();
  } catch {
    return otherwise;
  }
}

const codeOf = (error: unknown): string => (error as NodeJS.ErrnoException).code ?? String(error);
