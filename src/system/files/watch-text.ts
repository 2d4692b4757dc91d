// The whole text of a file as it changes. It is read again only when stat(2) tells of a change, through links: a
// replaced file is another inode, and so is what a swapped link leads to.
import { stat } from 'node:fs/promises';
import type { FileContent, WatchText } from '../../ports/discovery.ts';
import { followPath } from './follow-path.ts';
import { formatUnread, readRegular, stateOf } from './open-regular.ts';

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
  stat(path, { bigint: true }).then(stateOf, (error: NodeJS.ErrnoException) => error.code ?? error.message);

/** Reads a file as {@link watchText} does, once. */
export async function contentOf(path: string): Promise<FileContent> {
  const read = await readRegular(path, { bytesMax });
  return read.ok ? { text: read.value.content.toString('utf8') } : { problem: formatUnread(read.error) };
}
