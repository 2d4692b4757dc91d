// What a forked process hears from its parent, in order, whoever takes it when. One listener from the beginning to the end:
// Node keeps messages that come while there is none, and then gives all of them at once to whoever listens, so that the
// listener of one message loses those behind it (lib/internal/child_process.js, `newListener`).

export type ParentInbox = {
  /** The first message that nobody has taken yet. */
  readonly next: () => Promise<unknown>;
  /** From now on all, those that wait already first. */
  readonly onMessage: (listener: (message: unknown) => void) => void;
};

/** @param parent `process`, which says `message` */
export function openParentInbox(parent: Pick<NodeJS.EventEmitter, 'on'>): ParentInbox {
  const waiting: unknown[] = [];
  let take: ((message: unknown) => void) | undefined;
  parent.on('message', (message: unknown) => {
    if (take === undefined) waiting.push(message);
    else take(message);
  });
  return {
    next: () =>
      new Promise((resolve) => {
        if (waiting.length > 0) return resolve(waiting.shift());
        take = (message) => {
          take = undefined;
          resolve(message);
        };
      }),
    onMessage: (listener) => {
      take = listener;
      for (const message of waiting.splice(0)) listener(message);
    },
  };
}
