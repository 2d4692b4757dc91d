// Opens a file by a name that comes from a config, or lies where others may write: a regular file or nothing. A FIFO
// would wait for a writer, a device may act when it is opened, and either has no end; so it is looked at first, opened
// without waiting, and looked at again. What is read has a bound. Source: open(2), fifo(7).
import {
  type BigIntStats,
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  openSync,
  readSync,
  statSync,
} from 'node:fs';
import { type FileHandle, lstat, open, stat } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { err, ok, type Result } from '../../net/result.ts';

export type ReadOptions = {
  /** More than that is refused, or, with `start`, not read. */
  readonly bytesMax: number;
  /** Only the beginning matters. */
  readonly start?: true;
  /** A symbolic link in the place of the file is refused; one on the way to it is followed. */
  readonly noFollow?: true;
};

export type FileRead = {
  readonly content: Buffer;
  /** What a change of the file changes, as of before the reading. */
  readonly state: string;
  /** It was another one when the reading ended: written to, or cut, meanwhile. */
  readonly changed: boolean;
  /** When it was written to or put there, by the clock of its file system, in ms since 1970. */
  readonly changedAtMs: number;
  /** stat(2), st_mode. */
  readonly mode: number;
};

/** Why a file was not read: `rule` and `got` complete "Cannot read X: expected RULE, got VALUE". */
export type Unread = { readonly rule: string; readonly got: string; readonly code?: string };

const sliceBytes = 65_536;

export const formatUnread = ({ rule, got }: Unread): string => `${rule}, got ${got}`;

/** Never rejects, never waits for another process. Each read is at most a slice, so that others have their turn. */
export async function readRegular(path: string, options: ReadOptions): Promise<Result<FileRead, Unread>> {
  let file: FileHandle | undefined;
  try {
    const wrong = judgeKind(await (options.noFollow ? lstat : stat)(path, { bigint: true }));
    if (wrong !== undefined) return err(wrong);
    file = await open(path, flagsOf(options));
    const before = await file.stat({ bigint: true });
    const refused = judgeKind(before) ?? judgeSize(before.size, options);
    if (refused !== undefined) return err(refused);
    const slices: Buffer[] = [];
    let wanted = wantedBytes(options);
    while (wanted > 0) {
      const { bytesRead, buffer } = await file.read(Buffer.allocUnsafe(Math.min(wanted, sliceBytes)));
      if (bytesRead === 0) break;
      slices.push(buffer.subarray(0, bytesRead));
      wanted -= bytesRead;
    }
    return conclude(slices, before, await file.stat({ bigint: true }), options);
  } catch (error) {
    return err(unreadOf(error));
  } finally {
    await file?.close().catch(() => {});
  }
}

/** The same at once, for small files, and where nothing else is to be done meanwhile. */
export function readRegularNow(path: string, options: ReadOptions): Result<FileRead, Unread> {
  let fd: number | undefined;
  try {
    const wrong = judgeKind((options.noFollow ? lstatSync : statSync)(path, { bigint: true }));
    if (wrong !== undefined) return err(wrong);
    fd = openSync(path, flagsOf(options));
    const before = fstatSync(fd, { bigint: true });
    const refused = judgeKind(before) ?? judgeSize(before.size, options);
    if (refused !== undefined) return err(refused);
    const slices: Buffer[] = [];
    let wanted = wantedBytes(options);
    while (wanted > 0) {
      const buffer = Buffer.allocUnsafe(Math.min(wanted, sliceBytes));
      const bytes = readSync(fd, buffer);
      if (bytes === 0) break;
      slices.push(buffer.subarray(0, bytes));
      wanted -= bytes;
    }
    return conclude(slices, before, fstatSync(fd, { bigint: true }), options);
  } catch (error) {
    return err(unreadOf(error));
  } finally {
    if (fd !== undefined) closeSync(fd);
  }
}

/** O_CLOEXEC is libuv's own doing with every open. */
const flagsOf = ({ noFollow }: ReadOptions): number =>
  constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY | (noFollow ? constants.O_NOFOLLOW : 0);

/** One byte above the bound tells that there is more; files below /proc and some of /sys tell no size. */
const wantedBytes = ({ bytesMax, start }: ReadOptions): number => (start ? bytesMax : bytesMax + 1);

function conclude(
  slices: readonly Buffer[],
  before: BigIntStats,
  after: BigIntStats,
  options: ReadOptions,
): Result<FileRead, Unread> {
  const content = Buffer.concat(slices);
  const refused = judgeSize(BigInt(content.length), options);
  if (refused !== undefined) return err(refused);
  const state = stateOf(before);
  const changed = stateOf(after) !== state;
  return ok({ content, state, changed, changedAtMs: Number(before.ctimeMs), mode: Number(before.mode) });
}

export const stateOf = ({ dev, ino, size, mtimeNs, ctimeNs }: BigIntStats): string =>
  `${dev} ${ino} ${size} ${mtimeNs} ${ctimeNs}`;

const judgeKind = (found: BigIntStats): Unread | undefined =>
  found.isFile() ? undefined : { rule: 'a regular file', got: kindOf(found) };

export function kindOf(found: BigIntStats): string {
  if (found.isDirectory()) return 'a directory';
  if (found.isFIFO()) return 'a FIFO';
  if (found.isSocket()) return 'a socket';
  if (found.isSymbolicLink()) return 'a symbolic link';
  return found.isFile() ? 'a regular file' : 'a device';
}

const judgeSize = (size: bigint, { bytesMax, start }: ReadOptions): Unread | undefined =>
  start || size <= bytesMax ? undefined : { rule: `at most ${bytesMax} bytes`, got: `${size}` };

const words: Readonly<Record<string, string>> = {
  ENOENT: 'no such file',
  EPERM: 'permission denied',
  ELOOP: 'too many symbolic links',
  ENOTDIR: 'a file in the place of a directory',
  ENAMETOOLONG: 'a name that is too long',
  EMFILE: 'too many open files',
  ENFILE: 'too many open files',
  EIO: 'an input/output error',
};

/** A daemon that runs as a user of its own may not read what root, who asks, may. */
function ownName(): string {
  try {
    return userInfo().username;
  } catch {
    return `${process.geteuid?.()}`;
  }
}

function unreadOf(error: unknown): Unread {
  const { code } = error as NodeJS.ErrnoException;
  if (code === undefined) return { rule: 'a readable file', got: String(error) };
  const said = code === 'EACCES' ? `permission denied to user ${ownName()}` : words[code];
  return { rule: 'a readable file', got: said === undefined ? code : `${code} (${said})`, code };
}
