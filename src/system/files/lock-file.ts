// A lock that one process has at a time and that dies with it, however it dies: flock(2) on a file that stays. Its
// content, the holder's process id, is for messages only.
import {
  closeSync,
  constants,
  fstatSync,
  ftruncateSync,
  lstatSync,
  openSync,
  readSync,
  writeSync,
} from 'node:fs';
import { err, ok, type Result } from '../../net/result.ts';
import { lockDescriptor } from '../libc.ts';
import { kindOf } from './open-regular.ts';

/** @property descriptor a process that inherits it has the lock too, until both have closed it. */
export type LockFile = { readonly release: () => void; readonly descriptor: number };

/** @property heldBy who has it, as far as the file tells; absent where it could not be asked for. */
export type LockRefusal = { readonly reason: string; readonly isHeld: boolean; readonly heldBy?: number };

/** Never waits. The folder must be there. */
export function lockFile(path: string): Result<LockFile, LockRefusal> {
  let fd: number | undefined;
  try {
    fd = openPlain(path);
    const locked = lockDescriptor(fd);
    if (locked.ok) {
      note(fd);
      const held = fd;
      return ok({ release: () => closeSync(held), descriptor: held });
    }
    const isHeld = locked.error === 'EAGAIN' || locked.error === 'EWOULDBLOCK';
    const heldBy = isHeld ? holderIn(fd) : undefined;
    closeSync(fd);
    return err({ reason: locked.error, isHeld, ...(heldBy !== undefined && { heldBy }) });
  } catch (error) {
    if (fd !== undefined) closeSync(fd);
    return err({ reason: error instanceof Error ? error.message : String(error), isHeld: false });
  }
}

function openPlain(path: string): number {
  const before = lstatSync(path, { bigint: true, throwIfNoEntry: false });
  if (before !== undefined && !before.isFile()) {
    throw new Error(`expected a regular file at ${path}, got ${kindOf(before)}`);
  }
  const { O_RDWR, O_CREAT, O_NOFOLLOW, O_NONBLOCK } = constants;
  const fd = openSync(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK, 0o600);
  if (fstatSync(fd).isFile()) return fd;
  closeSync(fd);
  throw new Error(`expected a regular file at ${path}, got another kind`);
}

/** The lock holds without. Over what was there, so that a file that has a holder is empty for its first moment alone. */
function note(fd: number): void {
  const text = `${process.pid}\n`;
  try {
    writeSync(fd, text, 0);
    ftruncateSync(fd, text.length);
  } catch {
    // A full disk.
  }
}

function holderIn(fd: number): number | undefined {
  const text = Buffer.alloc(16);
  const length = readSync(fd, text, 0, text.byteLength, 0);
  const [line = ''] = text.toString('latin1', 0, length).split('\n', 1);
  const pid = Number(line.trim());
  return Number.isSafeInteger(pid) && pid > 0 ? pid : undefined;
}
