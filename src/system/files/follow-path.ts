// Something at a path, looked at again whenever it may have changed: told of by inotify on its directory (files are
// replaced, not written), and once a second besides, for file systems that tell nothing, for targets of links that
// lie elsewhere, and for directories that are not there yet. What is looked at is the caller's.
import { type FSWatcher, watch } from 'node:fs';
import { basename, dirname } from 'node:path';

const pollMs = 1000;
/** Kubernetes swaps this link beside the file, which is one through it. */
const swapped = '..data';

/** @param look never runs twice at once. @returns ends it. */
export function followPath(path: string, look: () => Promise<void>): () => void {
  let stopped = false;
  let looking = false;
  let again = false;
  let watcher: FSWatcher | undefined;

  async function lookNow(): Promise<void> {
    again = true;
    if (looking) return;
    looking = true;
    while (again && !stopped) {
      again = false;
      await look();
    }
    looking = false;
  }

  function watchDirectory(): void {
    if (watcher !== undefined) return;
    try {
      const opened = watch(dirname(path), { persistent: false }, (_, name) => {
        if (name === null || name === basename(path) || name === swapped) void lookNow();
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
    void lookNow();
  }, pollMs);
  watchDirectory();
  void lookNow();
  return () => {
    stopped = true;
    clearInterval(poll);
    watcher?.close();
  };
}
