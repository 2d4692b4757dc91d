// The whole text of a file as it changes. It is read again only when stat(2) tells of a change, through links: a
// replaced file is another inode, and so is what a swapped link leads to.
import type { BigIntStats } from 'node:fs';
import { constants } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import type { FileContent, WatchText } from '../ports/discovery.ts';
import { followPath } from './follow-path.ts';

const bytesMax = 1_048_576;

export const watchText: WatchText = (path, listener) => {
  let stopped = false;
  let seen: string | undefined;
  let told: string | undefined;
  const unfollow = followPath(path, async () => {
    const state = await stateAt(path);
    if (state === seen) return;
    seen = state;
    const content = await contentOf(path);
    const key = JSON.stringify(content);
    if (stopped || key === told) return;
    told = key;
    listener(content);
  });
  return () => {
    stopped = true;
    unfollow();
  };
};

/** What a change of the file changes; the error where it cannot be reached. */
const stateAt = (path: string): Promise<string> =>
  stat(path, { bigint: true }).then(
    ({ dev, ino, size, mtimeNs, ctimeNs }) => `${dev} ${ino} ${size} ${mtimeNs} ${ctimeNs}`,
    (error: NodeJS.ErrnoException) => error.code ?? error.message,
  );

/** Reads a file as {@link watchText} does, once. */
export async function contentOf(path: string): Promise<FileContent> {
  try {
    // A pipe would let the open wait for a writer.
    const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
    try {
      const found: BigIntStats = await file.stat({ bigint: true });
      if (!found.isFile()) return { problem: 'a regular file, got another kind' };
      if (found.size > bytesMax) return { problem: `at most ${bytesMax} bytes, got ${found.size}` };
      const { bytesRead, buffer } = await file.read(Buffer.alloc(bytesMax), 0, bytesMax, 0);
      return { text: buffer.toString('utf8', 0, bytesRead) };
    } finally {
      await file.close();
    }
  } catch (error) {
    return { problem: `a readable file, got ${(error as NodeJS.ErrnoException).code ?? String(error)}` };
  }
}
