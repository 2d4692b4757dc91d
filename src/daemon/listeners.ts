// Who is told each event of the daemon: the log first, then whoever acts on some of them, in the order in which they
// were added (the sync daemons follow the role of a router, notify scripts its state). What an event means to one of them
// is its own matter. Events of the log itself (`log.lost`) stay within the log.
import type { Journal, JournalEvent } from '../journal/event.ts';

/** Looks for the events that are its own. Never throws, never waits. */
export type Listener = (event: JournalEvent) => void;

export type Listeners = {
  readonly journal: Journal;
  readonly add: (listener: Listener) => void;
};

export function createListeners(log: Journal): Listeners {
  const listeners: Listener[] = [log];
  return {
    journal: (event) => {
      for (const listener of listeners) listener(event);
    },
    add: (listener) => void listeners.push(listener),
  };
}
