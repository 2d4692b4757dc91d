// The text of a small file as it changes: told of by inotify on its directory (editors replace files), and read
// once a second besides, for file systems that tell nothing and directories that are not there yet.
import { type FSWatcher, watch } from 'node:fs';
import { open } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import type { WatchFile } from '../ports/tracked.ts';

const pollMs = 1000;
const bytesMax = 64;

export const watchFile: WatchFile = (path, listener) => {
  let stopped = false;
  let reading = false;
  let again = false;
  let told: { readonly text: string | undefined } | undefined;
  let watcher: FSWatcher | undefined;

  async function look(): Promise<void> {
    if (reading) {
      again = true;
      return;
    }
    reading = true;
    do {
      again = false;
      const text = await beginningOf(path);
      if (!stopped && (told === undefined || told.text !== text)) listener(text);
      told = { text };
    } while (again && !stopped);
    reading = false;
  }

  function watchDirectory(): void {
    if (watcher !== undefined) return;
    try {
      const opened = watch(dirname(path), { persistent: false }, (_, name) => {
        if (name === null || name === basename(path)) void look();
      });
      watcher = opened;
      opened.on('error', () => {
        opened.close();
        if (watcher === opened) watcher = undefined;
      });
    } catch {
      // No such directory, or no inotify left: the poll finds out, and tries again.
    }
  }

  const poll = setInterval(() => {
    watchDirectory();
    void look();
  }, pollMs);
  watchDirectory();
  void look();
  return () => {
    stopped = true;
    clearInterval(poll);
    watcher?.close();
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
