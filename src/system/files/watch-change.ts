// Tells that a file has changed, by stat(2) alone: what it holds is for whoever reads it.
import { stat } from 'node:fs/promises';
import { followPath } from './follow-path.ts';
import { stateOf } from './open-regular.ts';

/** @param listener not for what is there now. A file that goes is told of when it comes again. @returns ends it. */
export function watchChange(path: string, listener: () => void): () => void {
  let known: string | undefined;
  let stopped = false;
  const unfollow = followPath(path, async () => {
    const state = await stat(path, { bigint: true }).then(stateOf, () => undefined);
    if (stopped || state === undefined || state === known) return;
    const isFirst = known === undefined;
    known = state;
    if (!isFirst) listener();
  });
  return () => {
    stopped = true;
    unfollow();
  };
}
