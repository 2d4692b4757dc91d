// The text of a small file as it changes, of which a number is the whole.
import type { WatchFile } from '../../ports/tracked.ts';
import { followPath } from './follow-path.ts';
import { readRegular } from './open-regular.ts';

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
  const read = await readRegular(path, { bytesMax, start: true });
  return read.ok ? read.value.content.toString('latin1') : undefined;
}
