// A file that somebody may be writing at this moment, read when it is whole: it has not changed for a while, or two
// looks at it, a while apart, find the same. How a writer writes is not known here: in place, in several goes, or a new
// file over the old one. One that is never quiet is not read.
import { setTimeout as delay } from 'node:timers/promises';
import { err, ok, type Result } from '../../net/result.ts';
import { type FileRead, type ReadOptions, readRegular, type Unread } from './open-regular.ts';

/** Whoever writes a file in several goes is waited for until he has been quiet for that long. */
const quietMs = 300;
/** From a change that is so old, nobody is waited for. Times of files are coarse, and other machines' clocks differ. */
const oldMs = 1000;
const patienceMs = 10_000;

/** @param now of the clock that files go by, in ms. */
export async function readSettled(
  path: string,
  options: ReadOptions,
  now: () => number = Date.now,
): Promise<Result<FileRead, Unread>> {
  let before: FileRead | undefined;
  for (let waitedMs = 0; waitedMs <= patienceMs; waitedMs += quietMs) {
    const read = await readRegular(path, options);
    // One that is being replaced may be away for a moment.
    const isAway = !read.ok && read.error.code === 'ENOENT' && before !== undefined;
    if (!read.ok && !isAway) return read;
    if (read.ok) {
      const { value } = read;
      const ageMs = now() - value.changedAtMs;
      const isOld = ageMs > oldMs && !value.changed;
      if (isOld || (before?.state === value.state && before.content.equals(value.content))) return ok(value);
      before = value;
    }
    await delay(quietMs);
  }
  return err({
    rule: `a file that nobody writes for ${quietMs} ms`,
    got: `changes for ${patienceMs / 1000} s`,
  });
}
