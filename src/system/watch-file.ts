// The text of a small file as it changes, of which a number is the whole.
import { open } from 'node:fs/promises';
import type { WatchFile } from '../ports/tracked.ts';
import { followPath } from './follow-path.ts';

const bytesMax = 64;

export const watchFile: WatchFile = (path, listener) => {
  let stopped = false;
  let told: { readonly text: string | undefined } | undefined;
  const unfollow = followPath(path, async () => {
    const text = await beginningOf(path);
    if (!stopped && (told === undefined || told.text !== text)) listener(text);
    told = { text };
  });
  return () => {
    stopped = true;
    unfollow();
  };
};

/** A number fits; the rest of a file that was named by mistake is not read. */
async function beginningOf(path: string): Promise<string | undefined> {
  try {
    const file = await open(path, 'r');
    try {
      const { bytesRead, buffer } = await file.read(Buffer.alloc(bytesMax), 0, bytesMax, 0);
      return buffer.toString('latin1', 0, bytesRead);
    } finally {
      await file.close();
    }
  } catch {
    return undefined;
  }
}
