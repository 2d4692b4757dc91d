// One small JSON file in state_dir that is to survive restarts and crashes: the one reader and the one writer of all of
// them. A file that is missing is as good as none. One that cannot be read, is broken, or says what this program does not
// write is told of and, by the daemon, kept aside as FILE.bad before it is written over.
import { lstatSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { err, type Result } from '../../net/result.ts';
import { formatUnread, readRegularNow } from './open-regular.ts';
import { keepWhole, keepWholeNow } from './write-whole.ts';

/** Ten thousand services with their servers take a tenth of it. */
const bytesMax = 32 * 1024 * 1024;

export type StateFile<T> = {
  readonly read: () => T;
  /** Resolves once it is on the disk, or cannot be; never rejects. */
  readonly write: (content: T) => Promise<Result<void>>;
  /** Returns at once: a crash does it no harm, a power cut may. For what a boot makes void. */
  readonly writeNow: (content: T) => Result<void>;
};

/** @property keptAs where the bad file is now. */
export type UnreadableState = { readonly file: string; readonly reason: string; readonly keptAs?: string };

export type StateFileOptions<T> = {
  /** Makes a T of any JSON value, of undefined where there is none. */
  readonly parse: (value: unknown) => T;
  /** Whether the value is one of ours although `parse` leaves things out; default: it leaves out nothing. */
  readonly isOurs?: (value: unknown) => boolean;
  /** Told of a file that is there and was not taken as it is. */
  readonly onUnreadable?: (unreadable: UnreadableState) => void;
  /** The daemon, whose file it is: a bad one goes aside. */
  readonly keepsBad?: true;
};

export function openStateFile<T>(stateDir: string, name: string, options: StateFileOptions<T>): StateFile<T> {
  const path = join(stateDir, name);
  const text = (content: T) => `${JSON.stringify(content)}\n`;
  const fits = (bytes: string) => Buffer.byteLength(bytes) <= bytesMax;
  const tooLong = err(`Cannot keep ${path}: expected at most ${bytesMax} bytes, got more`);
  return {
    read: () => {
      const found = contentOf(path, options);
      if (found === undefined) return options.parse(undefined);
      if ('value' in found) return found.value;
      const { reason, isContent } = found;
      const kept = options.keepsBad === true && isContent ? aside(path) : {};
      options.onUnreadable?.({ file: path, reason, ...kept });
      return found.parsed ?? options.parse(undefined);
    },
    write: async (content) => (fits(text(content)) ? await keepWhole(path, text(content)) : tooLong),
    writeNow: (content) => (fits(text(content)) ? keepWholeNow(path, text(content)) : tooLong),
  };
}

/** @property isContent of a file of bytes; what is none stays where it is, until it is written over. */
type Trouble<T> = { readonly reason: string; readonly isContent: boolean; readonly parsed?: T };

/** @returns undefined where there is no file. */
function contentOf<T>(
  path: string,
  { parse, isOurs }: StateFileOptions<T>,
): { readonly value: T } | Trouble<T> | undefined {
  const read = readRegularNow(path, { bytesMax, noFollow: true });
  if (!read.ok) {
    if (read.error.code === 'ENOENT') return undefined;
    return { reason: `expected ${formatUnread(read.error)}`, isContent: false };
  }
  const owner = ownerOf(path);
  if (owner !== undefined) {
    return {
      reason: `expected a file of root or of the daemon's user, got one of user ${owner}`,
      isContent: true,
    };
  }
  try {
    const value: unknown = JSON.parse(read.value.content.toString('utf8'));
    const parsed = parse(value);
    const same = isOurs?.(value) ?? isDeepStrictEqual(JSON.parse(JSON.stringify(parsed)), value);
    if (same) return { value: parsed };
    return { reason: 'expected what the daemon writes, got something else in it', isContent: true, parsed };
  } catch {
    return { reason: 'expected JSON, got something else', isContent: true };
  }
}

/** @returns the owner, where that is a stranger: who can write there decides what is removed from the table. */
function ownerOf(path: string): number | undefined {
  const uid = lstatSync(path, { throwIfNoEntry: false })?.uid;
  return uid === undefined || uid === 0 || uid === process.geteuid?.() ? undefined : uid;
}

function aside(path: string): { readonly keptAs?: string } {
  try {
    renameSync(path, `${path}.bad`);
    return { keptAs: `${path}.bad` };
  } catch {
    return {};
  }
}
